"""Containers whose health is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scalewright.plan.policy import Violation
from scalewright.plan.policy.subject import mapping
from scalewright_policies.reliability._numbers import integer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scalewright.plan.policy import Container, Pod

HANDLERS = ("httpGet", "tcpSocket", "grpc", "exec")
URL = "https://kubernetes.io/docs/concepts/workloads/pods/probes/"


def working(pod: Pod) -> list[Container]:
    """Return the containers that do what a pod is for: those that listen, or else the first.

    https://kubernetes.io/docs/concepts/workloads/pods/#how-pods-manage-multiple-containers
    """
    if not pod.lasts:
        return []
    containers = list(pod.main())
    return [one for one in containers if one.spec.get("ports")] or containers[:1]


def probe(container: Container, field: str) -> Mapping[str, Any]:
    """Return a probe, without what is null in it; empty where it asks nothing."""
    found = {key: value for key, value in mapping(container.spec.get(field)).items() if value is not None}
    return found if found.keys() & set(HANDLERS) else {}


def lacking(pod: Pod, field: str, consequence: str) -> Iterator[Violation]:
    """Yield a violation for each container that has no such probe."""
    for container in working(pod):
        if not probe(container, field):
            message = f"container {container.name} has no {field}: {consequence}"
            yield Violation(pod.owner, message, f"{container.path}.{field}")


def patience(found: Mapping[str, Any]) -> int:
    """Return for how many seconds a probe must fail to count. Defaults of the API: 3 times, 10 seconds apart."""
    times, period = integer(found.get("failureThreshold")), integer(found.get("periodSeconds"))
    return (times or 3) * (period or 10)
