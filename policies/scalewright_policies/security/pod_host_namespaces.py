"""Pods see nothing of what else runs on their node."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright.plan.policy import Example, Rule, Violation
from scalewright.plan.policy.subject import written
from scalewright_policies.security._standards import cis, nsa, pod_security

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.plan.policy import Pod
    from scalewright.plan.policy.rule import Settings

FIELDS = ("hostNetwork", "hostPID", "hostIPC")


def _judge(pod: Pod, _settings: Settings) -> Iterator[Violation]:
    for field in FIELDS:
        given = pod.spec.get(field)
        if given not in (None, False):
            yield Violation(pod.owner, f"the pod: {field} is {written(given)}; it must be false", f"{pod.path}.{field}")


RULE = Rule(
    name="pod-host-namespaces",
    group="security",
    title="Pods share no namespace of their node",
    why=(
        "In the node's network a pod is under no network policy, and reaches what listens on the node alone; among its "
        "processes it reads their memory and environment."
    ),
    severity="critical",
    remedy="Take hostNetwork, hostPID and hostIPC out of the pod",
    standards=(
        pod_security("baseline", "Host Namespaces"),
        cis("5.2.3, 5.2.4, 5.2.5"),
        nsa("Kubernetes Pod security: Pod security enforcement"),
    ),
    examples=Example(
        good="""
apiVersion: v1
kind: Pod
metadata: {name: api}
spec:
  hostNetwork: false
  containers:
  - {name: api}
""",
        bad="""
apiVersion: v1
kind: Pod
metadata: {name: api}
spec:
  hostPID: true
  containers:
  - {name: api}
""",
    ),
    of_pod=_judge,
)
