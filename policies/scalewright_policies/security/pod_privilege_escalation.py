"""No process gains more rights than its parent has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright.plan.policy import Example, Rule, Violation
from scalewright.plan.policy.subject import written
from scalewright_policies.security._contexts import is_windows
from scalewright_policies.security._standards import cis, nsa, pod_security

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.plan.policy import Pod
    from scalewright.plan.policy.rule import Settings


def _judge(pod: Pod, _settings: Settings) -> Iterator[Violation]:
    for container in () if is_windows(pod) else pod.containers():
        given = container.security.get("allowPrivilegeEscalation")
        if given is not False:
            said = "is not set, which allows it" if given is None else f"is {written(given)}"
            yield Violation(
                pod.owner,
                f"container {container.name}: allowPrivilegeEscalation {said}; it must be false",
                f"{container.path}.securityContext.allowPrivilegeEscalation",
            )


RULE = Rule(
    name="pod-privilege-escalation",
    group="security",
    title="No container may gain more privileges than it started with",
    why="A program with the setuid bit turns any hole in the application into root in the container.",
    severity="high",
    remedy="Set securityContext.allowPrivilegeEscalation: false on the container",
    standards=(
        pod_security("restricted", "Privilege Escalation"),
        cis("5.2.6"),
        nsa("Kubernetes Pod security: Pod security enforcement"),
    ),
    examples=Example(
        good="""
apiVersion: v1
kind: Pod
metadata: {name: api}
spec:
  containers:
  - {name: api, securityContext: {allowPrivilegeEscalation: false}}
""",
        bad="""
apiVersion: v1
kind: Pod
metadata: {name: api}
spec:
  containers:
  - {name: api}
""",
    ),
    of_pod=_judge,
)
