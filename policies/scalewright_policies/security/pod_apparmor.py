"""AppArmor holds containers as the runtime has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright.plan.policy import Example, Rule, Violation
from scalewright.plan.policy.subject import mapping
from scalewright_policies.security._contexts import said
from scalewright_policies.security._standards import nsa, pod_security

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.plan.policy import Pod
    from scalewright.plan.policy.rule import Settings

FIELD, ALLOWED = "appArmorProfile", ("RuntimeDefault", "Localhost")
#: How it was said before Kubernetes 1.30, and is still understood.
ANNOTATION = "container.apparmor.security.beta.kubernetes.io/"


def _judge(pod: Pod, _settings: Settings) -> Iterator[Violation]:
    for one in said(pod, FIELD):
        kind = mapping(one.value).get("type")
        if kind not in ALLOWED:
            message = f"{one.whose}: {FIELD}.type is {kind}; it must be {' or '.join(ALLOWED)}"
            yield Violation(pod.owner, message, f"{one.path}.type")
    above = pod.path.removesuffix("spec")
    for key, value in mapping(pod.metadata.get("annotations")).items():
        if str(key).startswith(ANNOTATION) and not str(value or "runtime/default").startswith(
            ("runtime/default", "localhost/")
        ):
            message = f"annotation {key} is {value}; it must be runtime/default"
            yield Violation(pod.owner, message, f'{above}metadata.annotations["{key}"]')


RULE = Rule(
    name="pod-apparmor",
    group="security",
    title="No container takes AppArmor off",
    why="Where nodes have AppArmor, the runtime's profile keeps containers from mounts and kernel settings.",
    severity="high",
    remedy="Take the profile out of the security context and of the annotations: the runtime's is the default",
    standards=(
        pod_security("baseline", "AppArmor"),
        nsa("Kubernetes Pod security: Hardening container environments"),
    ),
    examples=Example(
        good="""
apiVersion: v1
kind: Pod
metadata:
  name: api
  annotations: {container.apparmor.security.beta.kubernetes.io/api: runtime/default}
spec:
  containers:
  - {name: api, securityContext: {appArmorProfile: {type: RuntimeDefault}}}
""",
        bad="""
apiVersion: v1
kind: Pod
metadata:
  name: api
  annotations: {container.apparmor.security.beta.kubernetes.io/api: unconfined}
spec:
  containers:
  - {name: api, securityContext: {appArmorProfile: {type: Unconfined}}}
""",
    ),
    of_pod=_judge,
)
