"""Secrets are read from files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright.plan.policy import Example, Rule, Violation
from scalewright.plan.policy.subject import get, items, mapping
from scalewright_policies.security._standards import cis, nsa

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.plan.policy import Pod
    from scalewright.plan.policy.rule import Settings


def _judge(pod: Pod, _settings: Settings) -> Iterator[Violation]:
    for container in pod.containers():
        for index, one in enumerate(items(container.spec.get("env"))):
            if get(one, "valueFrom.secretKeyRef"):
                message = f"container {container.name}: {mapping(one).get('name')} is a secret in the environment"
                yield Violation(pod.owner, message, f"{container.path}.env[{index}].valueFrom.secretKeyRef")
        for index, one in enumerate(items(container.spec.get("envFrom"))):
            if secret := mapping(mapping(one).get("secretRef")):
                message = f"container {container.name}: all of Secret {secret.get('name')} is in the environment"
                yield Violation(pod.owner, message, f"{container.path}.envFrom[{index}].secretRef")


RULE = Rule(
    name="secrets-as-files",
    group="security",
    title="Secrets reach containers as files",
    why=(
        "An environment is inherited by every child, printed by crash reports, and stays as it was until the pod is "
        "made anew; a file that is mounted follows its Secret within a minute."
    ),
    severity="low",
    advisory=True,
    remedy="Mount the Secret as a volume, and tell the application the path of the file, as in DATABASE_PASSWORD_FILE",
    standards=(cis("5.4.1"), nsa("Network separation and hardening: Secrets")),
    examples=Example(
        good="""
apiVersion: v1
kind: Pod
metadata: {name: api}
spec:
  containers:
  - {name: api, env: [{name: REDIS_PASSWORD_FILE, value: /run/secrets/redis}]}
""",
        bad="""
apiVersion: v1
kind: Pod
metadata: {name: api}
spec:
  containers:
  - {name: api, env: [{name: REDIS_PASSWORD, valueFrom: {secretKeyRef: {name: redis, key: password}}}]}
""",
    ),
    of_pod=_judge,
)
