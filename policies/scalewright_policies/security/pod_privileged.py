"""No container is a process of the node."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright.plan.policy import Example, Rule, Violation
from scalewright.plan.policy.subject import mapping, written
from scalewright_policies.security._contexts import said
from scalewright_policies.security._standards import cis, nsa, pod_security

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.plan.policy import Pod
    from scalewright.plan.policy.rule import Settings


def _judge(pod: Pod, _settings: Settings) -> Iterator[Violation]:
    for one in said(pod, "privileged"):
        if one.value is not False:
            yield Violation(pod.owner, f"{one.whose}: privileged is {written(one.value)}; it must be false", one.path)
    for one in said(pod, "windowsOptions"):
        given = mapping(one.value).get("hostProcess")
        if given not in (None, False):
            message = f"{one.whose}: windowsOptions.hostProcess is {written(given)}; it must be false"
            yield Violation(pod.owner, message, f"{one.path}.hostProcess")


RULE = Rule(
    name="pod-privileged",
    group="security",
    title="No container is privileged",
    why="A privileged container, or a host process of Windows, has all devices and all rights of its node.",
    severity="critical",
    remedy="Take securityContext.privileged and windowsOptions.hostProcess out",
    standards=(
        pod_security("baseline", "Privileged Containers"),
        pod_security("baseline", "HostProcess"),
        cis("5.2.2, 5.2.10"),
        nsa("Kubernetes Pod security: Pod security enforcement"),
    ),
    examples=Example(
        good="""
apiVersion: v1
kind: Pod
metadata: {name: api}
spec:
  containers:
  - {name: api, securityContext: {privileged: false}}
""",
        bad="""
apiVersion: v1
kind: Pod
metadata: {name: api}
spec:
  containers:
  - {name: api}
  initContainers:
  - {name: sysctl, securityContext: {privileged: true}}
""",
    ),
    of_pod=_judge,
)
