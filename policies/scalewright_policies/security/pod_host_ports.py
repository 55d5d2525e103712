"""Pods do not listen on their node."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright.plan.policy import Example, Rule, Violation
from scalewright.plan.policy.subject import items, mapping
from scalewright_policies.security._standards import cis, pod_security

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.plan.policy import Pod
    from scalewright.plan.policy.rule import Settings


def _judge(pod: Pod, _settings: Settings) -> Iterator[Violation]:
    for container in pod.containers():
        for index, one in enumerate(items(container.spec.get("ports"))):
            port = mapping(one).get("hostPort")
            if port not in (None, 0):
                message = f"container {container.name} takes port {port} of its node; it must take none"
                yield Violation(pod.owner, message, f"{container.path}.ports[{index}].hostPort")


RULE = Rule(
    name="pod-host-ports",
    group="security",
    title="No container takes a port of its node",
    why=(
        "Whoever reaches the node reaches the pod, past the gateway and in most networks past its policies; and no "
        "second replica fits on that node."
    ),
    severity="high",
    remedy="Take hostPort out, and reach the pod through a Service",
    standards=(pod_security("baseline", "Host Ports"), cis("5.2.12")),
    examples=Example(
        good="""
apiVersion: v1
kind: Pod
metadata: {name: api}
spec:
  containers:
  - {name: api, ports: [{containerPort: 8000}]}
""",
        bad="""
apiVersion: v1
kind: Pod
metadata: {name: api}
spec:
  containers:
  - {name: api, ports: [{containerPort: 8000, hostPort: 80}]}
""",
    ),
    of_pod=_judge,
)
