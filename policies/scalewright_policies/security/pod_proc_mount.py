"""What of /proc the runtime hides stays hidden."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright.plan.policy import Example, Rule, Violation
from scalewright_policies.security._contexts import said
from scalewright_policies.security._standards import pod_security

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.plan.policy import Pod
    from scalewright.plan.policy.rule import Settings


def _judge(pod: Pod, _settings: Settings) -> Iterator[Violation]:
    for one in said(pod, "procMount"):
        if one.value != "Default":
            yield Violation(pod.owner, f"{one.whose}: procMount is {one.value}; it must be Default", one.path)


RULE = Rule(
    name="pod-proc-mount",
    group="security",
    title="Containers see of /proc what the runtime shows",
    why="Unmasked, /proc tells of the node's kernel and lets settings of it be written.",
    severity="high",
    remedy="Take securityContext.procMount out of the container",
    standards=(pod_security("restricted", "/proc Mount Type"),),
    examples=Example(
        good="""
apiVersion: v1
kind: Pod
metadata: {name: api}
spec:
  containers:
  - {name: api, securityContext: {procMount: Default}}
""",
        bad="""
apiVersion: v1
kind: Pod
metadata: {name: api}
spec:
  containers:
  - {name: api, securityContext: {procMount: Unmasked}}
""",
    ),
    of_pod=_judge,
)
