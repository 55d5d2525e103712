"""Pods change no setting of the kernel that others feel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright.plan.policy import Example, Rule, Violation
from scalewright.plan.policy.subject import items, mapping
from scalewright_policies.security._standards import pod_security

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.plan.policy import Pod
    from scalewright.plan.policy.rule import Settings

#: Of the pod alone. The last two are allowed from Kubernetes 1.37 on.
SAFE = frozenset(
    {
        "kernel.shm_rmid_forced",
        "net.ipv4.ip_local_port_range",
        "net.ipv4.ip_local_reserved_ports",
        "net.ipv4.ip_unprivileged_port_start",
        "net.ipv4.ping_group_range",
        "net.ipv4.tcp_fin_timeout",
        "net.ipv4.tcp_keepalive_intvl",
        "net.ipv4.tcp_keepalive_probes",
        "net.ipv4.tcp_keepalive_time",
        "net.ipv4.tcp_rmem",
        "net.ipv4.tcp_syncookies",
        "net.ipv4.tcp_wmem",
        "net.ipv4.tcp_notsent_lowat",
        "net.ipv4.tcp_slow_start_after_idle",
    }
)


def _judge(pod: Pod, _settings: Settings) -> Iterator[Violation]:
    for index, one in enumerate(items(pod.security.get("sysctls"))):
        name = str(mapping(one).get("name"))
        if name not in SAFE:
            message = f"the pod sets {name}; it may set what is of the pod alone: {', '.join(sorted(SAFE))}"
            yield Violation(pod.owner, message, f"{pod.path}.securityContext.sysctls[{index}].name")


RULE = Rule(
    name="pod-sysctls",
    group="security",
    title="Pods set only those settings of the kernel that are their own",
    why="Others are the node's: they take protection or memory from every pod on it, and the kubelet refuses most.",
    severity="medium",
    remedy="Take the setting out of securityContext.sysctls, or have the node set it for all",
    standards=(pod_security("baseline", "Sysctls"),),
    examples=Example(
        good="""
apiVersion: v1
kind: Pod
metadata: {name: api}
spec:
  securityContext: {sysctls: [{name: net.ipv4.tcp_keepalive_time, value: "60"}]}
  containers:
  - {name: api}
""",
        bad="""
apiVersion: v1
kind: Pod
metadata: {name: api}
spec:
  securityContext: {sysctls: [{name: net.core.somaxconn, value: "4096"}]}
  containers:
  - {name: api}
""",
    ),
    of_pod=_judge,
)
