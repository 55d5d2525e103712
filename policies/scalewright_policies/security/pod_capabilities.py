"""Containers have no capability of root."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright.plan.policy import Example, Rule, Violation
from scalewright.plan.policy.subject import items, mapping
from scalewright_policies.security._contexts import is_windows
from scalewright_policies.security._standards import cis, nsa, pod_security

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.plan.policy import Pod
    from scalewright.plan.policy.rule import Settings

ALL, ALLOWED = "ALL", ("NET_BIND_SERVICE",)


def _judge(pod: Pod, _settings: Settings) -> Iterator[Violation]:
    for container in () if is_windows(pod) else pod.containers():
        capabilities = mapping(container.security.get("capabilities"))
        path = f"{container.path}.securityContext.capabilities"
        dropped = items(capabilities.get("drop"))
        if ALL not in dropped:
            kept = f"drops {', '.join(map(str, dropped))}" if dropped else "drops no capability"
            message = f"container {container.name} {kept}; it must drop {ALL}"
            yield Violation(pod.owner, message, f"{path}.drop")
        if added := [str(one) for one in items(capabilities.get("add")) if one not in ALLOWED]:
            message = f"container {container.name} adds {', '.join(added)}; it may add {ALLOWED[0]} at most"
            yield Violation(pod.owner, message, f"{path}.add")


RULE = Rule(
    name="pod-capabilities",
    group="security",
    title="Containers drop all capabilities",
    why=(
        "By default a container keeps a dozen of the powers of root, such as raw sockets, by which it answers in the "
        "name of its neighbours."
    ),
    severity="high",
    remedy="Set securityContext.capabilities on the container to {drop: [ALL]}, and add nothing but NET_BIND_SERVICE",
    standards=(
        pod_security("restricted", "Capabilities"),
        cis("5.2.8, 5.2.9"),
        nsa("Kubernetes Pod security: Pod security enforcement"),
    ),
    examples=Example(
        good="""
apiVersion: v1
kind: Pod
metadata: {name: api}
spec:
  containers:
  - {name: api, securityContext: {capabilities: {drop: [ALL], add: [NET_BIND_SERVICE]}}}
""",
        bad="""
apiVersion: v1
kind: Pod
metadata: {name: api}
spec:
  containers:
  - {name: api, securityContext: {capabilities: {drop: [ALL], add: [SYS_PTRACE]}}}
  - {name: proxy, securityContext: {capabilities: {drop: [NET_RAW]}}}
""",
    ),
    of_pod=_judge,
)
