"""What runs in replicas, and how few there may be of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from scalewright.plan.policy import Pod
from scalewright.plan.policy.subject import get, mapping
from scalewright.plan.scalers import SCALERS
from scalewright_policies.reliability._numbers import integer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.plan.policy import Objects, Subject

POSTGRES = "postgresql.cnpg.io"
KAFKA = "kafka.strimzi.io"
KINDS = frozenset(
    {("apps", "Deployment"), ("apps", "StatefulSet"), ("apps", "ReplicaSet"), ("", "ReplicationController")}
)


class Fewest(NamedTuple):
    """How few replicas there may be, and what says so."""

    number: int
    subject: Subject
    path: str


def replicated(objects: Objects) -> Iterator[Pod]:
    """Yield the pods of what has a number of replicas: built-in kinds, and the poolers of CloudNativePG.

    https://cloudnative-pg.io/docs/current/connection_pooling#pod-templates
    """
    yield from (one for one in objects.pods if (one.owner.group, one.owner.kind) in KINDS)
    for pooler in objects.of("Pooler", POSTGRES):
        template = mapping(pooler.get("spec.template"))
        labels = {**mapping(get(template, "metadata.labels")), "cnpg.io/poolerName": pooler.name}
        yield Pod(pooler, mapping(template.get("spec")), {"labels": labels}, "spec.template.spec")


def fewest(objects: Objects, workload: Subject) -> Fewest | None:
    """Return the fewest replicas of a workload, by its autoscaler if it has one; None for what is no number.

    Defaults: https://kubernetes.io/docs/reference/kubernetes-api/ and https://keda.sh/docs/latest/reference/scaledobject-spec/
    """
    subject, path, default = workload, "spec.replicas", 1
    if scaler := objects.scaling(workload):
        subject = scaler
        path, default = least(scaler)
    elif workload.kind == "Pooler":
        path = "spec.instances"
    given = subject.get(path)
    count = default if given is None else integer(given)
    return None if count is None else Fewest(count, subject, path)


def idle(scaler: Subject | None) -> int | None:
    """Return how many replicas KEDA leaves where nothing is to be done, below the fewest; None where it says nothing.

    https://keda.sh/docs/latest/reference/scaledobject-spec/#idlereplicacount
    """
    return integer(scaler.spec.get("idleReplicaCount")) if scaler and scaler.kind == "ScaledObject" else None


def least(scaler: Subject) -> tuple[str, int]:
    """Return where an autoscaler says how few replicas there may be, and how few where it does not."""
    bounds = SCALERS[scaler.kind]
    return f"spec.{bounds.least}", bounds.otherwise
