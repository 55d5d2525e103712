"""No secret stands where everybody reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright.plan.policy import Example, Rule, Violation
from scalewright.plan.policy.secrets import FORMATS, KEPT, OTHERS, arguments, settings, suspicious
from scalewright.plan.policy.subject import mapping
from scalewright_policies.security._leaves import below, leaves
from scalewright_policies.security._standards import nsa

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scalewright.plan.policy import Subject
    from scalewright.plan.policy.rule import Settings
    from scalewright.plan.records import Process


def _judge(subject: Subject, _settings: Settings) -> Iterator[Violation]:
    if subject.kind in OTHERS:
        return
    if (subject.group, subject.kind) == ("", "ConfigMap"):
        yield from _of_files(subject)
        return
    told = set()
    for leaf in (
        leaf for key, value in subject.manifest.items() if key not in KEPT for leaf in leaves(value, key, key)
    ):
        if leaf.path not in told and (reason := suspicious(leaf.name, leaf.value)):
            told.add(leaf.path)
            called = f"{leaf.name} " if leaf.name else ""
            yield Violation(
                subject, f"{called}looks like {reason}, and everybody who sees the object reads it", leaf.path
            )


def _of_files(subject: Subject) -> Iterator[Violation]:
    data = mapping(subject.manifest.get("data")).items()
    for name, text in ((str(name), str(text)) for name, text in data):
        reason = suspicious(name, text)
        if not reason and name.endswith(FORMATS):
            reason = next(filter(None, (suspicious(*one) for one in settings(text))), None)
        if reason:
            message = f"{name} holds what looks like {reason}, and a ConfigMap is for what everybody may read"
            yield Violation(subject, message, below("data", name))


def _of_processes(processes: Sequence[Process], _settings: Settings) -> Iterator[Violation]:
    for process in processes:
        given = [(name, value) for name, value in process.environment.items() if isinstance(value, str)]
        given += [(name, value) for _, name, value in arguments(process.command)]
        for name, value in given:
            if reason := suspicious(name, value):
                message = f"{name} looks like {reason}, and everybody on this machine sees it".lstrip()
                yield Violation(None, message, name=process.name)


RULE = Rule(
    name="plaintext-secrets",
    group="security",
    title="No secret is written in plain text",
    why=(
        "Whoever may look at pods, at the repository or at a plan has it, and it stays in the history of all of them "
        "when it was taken out."
    ),
    severity="critical",
    remedy=(
        "Put it into a Secret, by External Secrets or from Pulumi's encrypted configuration, refer to that, and make a "
        "new one: this one is known"
    ),
    standards=(nsa("Network separation and hardening: Secrets"),),
    examples=Example(
        good="""
apiVersion: v1
kind: Pod
metadata: {name: api}
spec:
  containers:
  - name: api
    command: [api, --password-file, /run/secrets/redis]
    env:
    - {name: DATABASE_PASSWORD_FILE, value: /run/secrets/database}
    - {name: DATABASE_URL, value: "postgresql://shop@postgres:5432/shop"}
""",
        bad="""
apiVersion: v1
kind: Pod
metadata: {name: api}
spec:
  containers:
  - name: api
    command: [api, --password, hunter2]
    env:
    - {name: DATABASE_URL, value: "postgresql://shop:hunter2@postgres:5432/shop"}
---
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata: {name: worker}
spec:
  triggers:
  - {type: redis, metadata: {address: "redis:6379", password: hunter2}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data:
  application.properties: |
    server.port=80
    spring.datasource.password=hunter2
""",
    ),
    of_object=_judge,
    of_processes=_of_processes,
)
