"""SELinux keeps containers apart as the runtime has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright.plan.policy import Example, Rule, Violation
from scalewright.plan.policy.subject import mapping
from scalewright_policies.security._contexts import said
from scalewright_policies.security._standards import nsa, pod_security

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.plan.policy import Pod
    from scalewright.plan.policy.rule import Settings

TYPES = ("container_t", "container_init_t", "container_kvm_t", "container_engine_t")


def _judge(pod: Pod, _settings: Settings) -> Iterator[Violation]:
    for one in said(pod, "seLinuxOptions"):
        options = mapping(one.value)
        if (kind := options.get("type") or TYPES[0]) not in TYPES:
            message = f"{one.whose}: seLinuxOptions.type is {kind}; it must be one of {', '.join(TYPES)}"
            yield Violation(pod.owner, message, f"{one.path}.type")
        for field in ("user", "role"):
            if given := options.get(field):
                message = f"{one.whose}: seLinuxOptions.{field} is {given}; it must not be set"
                yield Violation(pod.owner, message, f"{one.path}.{field}")


RULE = Rule(
    name="pod-selinux",
    group="security",
    title="Containers keep the SELinux label of containers",
    why="With another type, such as spc_t, SELinux no longer keeps the container from files and processes of its node.",
    severity="high",
    remedy="Take type, user and role out of securityContext.seLinuxOptions; level may stay",
    standards=(
        pod_security("baseline", "SELinux"),
        nsa("Kubernetes Pod security: Hardening container environments"),
    ),
    examples=Example(
        good="""
apiVersion: v1
kind: Pod
metadata: {name: api}
spec:
  securityContext: {seLinuxOptions: {level: "s0:c123,c456"}}
  containers:
  - {name: api}
""",
        bad="""
apiVersion: v1
kind: Pod
metadata: {name: api}
spec:
  containers:
  - {name: api, securityContext: {seLinuxOptions: {type: spc_t}}}
""",
    ),
    of_pod=_judge,
)
