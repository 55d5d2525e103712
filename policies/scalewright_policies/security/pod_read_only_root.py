"""Containers cannot change their own programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright.plan.policy import Example, Rule, Violation
from scalewright.plan.policy.subject import written
from scalewright_policies.security._contexts import is_windows
from scalewright_policies.security._standards import cis, nsa

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.plan.policy import Pod
    from scalewright.plan.policy.rule import Settings


def _judge(pod: Pod, _settings: Settings) -> Iterator[Violation]:
    for container in () if is_windows(pod) else pod.containers():
        given = container.security.get("readOnlyRootFilesystem")
        # An ephemeral container is a person who looks for a mistake, and brings tools along.
        if given is not True and container.role != "ephemeral":
            said = "is not set" if given is None else f"is {written(given)}"
            yield Violation(
                pod.owner,
                f"container {container.name}: readOnlyRootFilesystem {said}; it must be true",
                f"{container.path}.securityContext.readOnlyRootFilesystem",
            )


RULE = Rule(
    name="pod-read-only-root",
    group="security",
    title="Containers cannot write to their root filesystem",
    why=(
        "Whoever gets in through the application can neither leave a program behind nor change one. What is written "
        "there fills the node's disk, too, and is lost with the container."
    ),
    severity="medium",
    remedy=(
        "Set securityContext.readOnlyRootFilesystem: true on the container, and mount an emptyDir with a sizeLimit "
        "where it must write, such as /tmp"
    ),
    standards=(
        nsa("Kubernetes Pod security: Immutable container file systems"),
        cis("5.6.3"),
    ),
    examples=Example(
        good="""
apiVersion: v1
kind: Pod
metadata: {name: api}
spec:
  containers:
  - {name: api, securityContext: {readOnlyRootFilesystem: true}}
""",
        bad="""
apiVersion: v1
kind: Pod
metadata: {name: api}
spec:
  containers:
  - {name: api, securityContext: {readOnlyRootFilesystem: false}}
""",
    ),
    of_pod=_judge,
)
