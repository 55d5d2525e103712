"""The kernel refuses system calls that no application needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scalewright.plan.policy import Example, Rule, Violation
from scalewright.plan.policy.subject import mapping
from scalewright_policies.security._contexts import broken, is_windows, told
from scalewright_policies.security._standards import cis, nsa, pod_security

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.plan.policy import Pod
    from scalewright.plan.policy.rule import Settings

FIELD, ALLOWED = "seccompProfile", ("RuntimeDefault", "Localhost")


def _is_wrong(value: Any) -> bool:
    return mapping(value).get("type") not in ALLOWED


def _judge(pod: Pod, _settings: Settings) -> Iterator[Violation]:
    for one in () if is_windows(pod) else broken(pod, FIELD, _is_wrong):
        kind = one._replace(value=mapping(one.value).get("type"))
        yield Violation(pod.owner, told(kind, f"{FIELD}.type", " or ".join(ALLOWED)), f"{one.path}.type")


RULE = Rule(
    name="pod-seccomp",
    group="security",
    title="Containers are held to the system calls of the runtime's profile",
    why=(
        "Of more than 300 system calls an application needs few, and most ways out of a container go through the "
        "others. Without a profile, Kubernetes filters none."
    ),
    severity="medium",
    remedy="Set securityContext.seccompProfile on the pod to {type: RuntimeDefault}",
    standards=(
        pod_security("restricted", "Seccomp"),
        cis("5.6.2"),
        nsa("Kubernetes Pod security: Hardening container environments"),
    ),
    examples=Example(
        good="""
apiVersion: v1
kind: Pod
metadata: {name: api}
spec:
  securityContext: {seccompProfile: {type: RuntimeDefault}}
  containers:
  - {name: api}
""",
        bad="""
apiVersion: v1
kind: Pod
metadata: {name: api}
spec:
  securityContext: {seccompProfile: {type: RuntimeDefault}}
  containers:
  - {name: api, securityContext: {seccompProfile: {type: Unconfined}}}
""",
    ),
    of_pod=_judge,
)
