"""Users of containers are nobody on the node."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scalewright.plan.policy import Example, Rule, Violation
from scalewright_policies.security._contexts import broken, is_windows, told
from scalewright_policies.security._standards import cis, nsa, pod_security

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.plan.policy import Pod
    from scalewright.plan.policy.rule import Settings

FIELD = "runAsUser"


def _judge(pod: Pod, settings: Settings) -> Iterator[Violation]:
    least = settings["least"]

    def is_wrong(value: Any) -> bool:
        return not isinstance(value, int) or value < least

    for one in () if is_windows(pod) else broken(pod, FIELD, is_wrong):
        yield Violation(pod.owner, told(one, FIELD, f"{least} or more"), one.path)


RULE = Rule(
    name="pod-user-id",
    group="security",
    title="Containers are run by a user whose number nobody else has",
    why=(
        "Numbers of users are those of the node: below 10000 are its own users, whose files a process that breaks out "
        "may read. Where none is set the image decides, and another image decides otherwise."
    ),
    severity="medium",
    remedy="Set securityContext.runAsUser on the pod to 10000 or more, such as 10001, which the image can do with",
    standards=(
        pod_security("restricted", "Running as Non-root user"),
        cis("5.2.7"),
        nsa("Kubernetes Pod security: Non-root containers"),
    ),
    examples=Example(
        good="""
apiVersion: v1
kind: Pod
metadata: {name: api}
spec:
  securityContext: {runAsUser: 10001}
  containers:
  - {name: api}
  - {name: proxy, securityContext: {runAsUser: 65532}}
""",
        bad="""
apiVersion: v1
kind: Pod
metadata: {name: api}
spec:
  securityContext: {runAsUser: 10001}
  containers:
  - {name: api, securityContext: {runAsUser: 0}}
""",
    ),
    settings={"least": 10000},
    of_pod=_judge,
)
