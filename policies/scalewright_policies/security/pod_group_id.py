"""Groups of containers are nobody's on the node."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scalewright.plan.policy import Example, Rule, Violation
from scalewright.plan.policy.subject import items
from scalewright_policies.security._contexts import broken, is_windows, told
from scalewright_policies.security._standards import nsa

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.plan.policy import Pod
    from scalewright.plan.policy.rule import Settings

FIELD = "runAsGroup"


def _is_root(value: Any) -> bool:
    return not isinstance(value, int) or value < 1


def _judge(pod: Pod, _settings: Settings) -> Iterator[Violation]:
    if is_windows(pod):
        return
    for one in broken(pod, FIELD, _is_root):
        yield Violation(pod.owner, told(one, FIELD, "set, and not 0"), one.path)
    path = f"{pod.path}.securityContext"
    if pod.security.get("fsGroup") == 0:
        yield Violation(pod.owner, "the pod: fsGroup is 0; it must not be the group of root", f"{path}.fsGroup")
    if 0 in items(pod.security.get("supplementalGroups")):
        message = "the pod: supplementalGroups has 0; it must not have the group of root"
        yield Violation(pod.owner, message, f"{path}.supplementalGroups")


RULE = Rule(
    name="pod-group-id",
    group="security",
    title="Containers are not in the group of root",
    why=(
        "Where no group is set it is that of root, 0, even for another user: files that the group of root may write, "
        "of the image and of volumes, may be changed."
    ),
    severity="low",
    remedy="Set securityContext.runAsGroup on the pod, and fsGroup where it has volumes, to the number of its user",
    standards=(nsa("Kubernetes Pod security: Non-root containers"),),
    examples=Example(
        good="""
apiVersion: v1
kind: Pod
metadata: {name: api}
spec:
  securityContext: {runAsUser: 10001, runAsGroup: 10001, fsGroup: 10001}
  containers:
  - {name: api}
""",
        bad="""
apiVersion: v1
kind: Pod
metadata: {name: api}
spec:
  securityContext: {runAsUser: 10001, fsGroup: 0}
  containers:
  - {name: api}
""",
    ),
    of_pod=_judge,
)
