"""What makes pods: how many at most, how many more while they are replaced, and what can be set. Pure."""

from __future__ import annotations

import re
from math import ceil
from typing import TYPE_CHECKING, Any, NamedTuple

from scalewright.plan.policy.objects import listed
from scalewright.plan.policy.subject import get, mapping
from scalewright.plan.scalers import MOST_OF_KEDA, SCALERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.plan.policy.objects import Objects
    from scalewright.plan.policy.pods import Pod
    from scalewright.plan.policy.subject import Subject

#: Labels by which objects of ours are known, and what their parts are called in the declaration.
MANAGED, COMPONENT = "app.kubernetes.io/managed-by", "app.kubernetes.io/component"
_PARTS = {"api": ("services", ""), "worker": ("workers", "-worker")}


class Workload(NamedTuple):
    """What makes pods, and within which bounds."""

    pod: Pod
    most: int
    fewest: int
    surge: int = 0
    surge_percent: int = 0
    knob: str = ""
    """What the most replicas are set by."""

    @property
    def subject(self) -> Subject:
        """The object that makes the pods."""
        return self.pod.owner

    @property
    def ends(self) -> bool:
        """Whether its pods end by themselves."""
        return not self.pod.lasts

    @property
    def more(self) -> int:
        """How many more pods there are while they are replaced."""
        return self.surge + ceil(self.most * self.surge_percent / 100)

    def setting(self, field: str, otherwise: str) -> str:
        """Return what a property is called: by the declaration where the object is one of it, else by the manifest."""
        part = part_of(self.subject)
        return f"{part}.{field}" if part and field else f"{otherwise} of {self.subject.kind} {self.subject.name}"


def part_of(subject: Subject) -> str:
    """Return what an object is called in the declaration, such as ``services.orders``; nothing for what is no part."""
    labels = mapping(subject.metadata.get("labels"))
    component = str(labels.get(COMPONENT))
    if labels.get(MANAGED) != "scalewright" or component not in _PARTS:
        return ""
    group, suffix = _PARTS[component]
    return f"{group}.{subject.name.removesuffix(suffix)}"


@listed
def workloads(objects: Objects) -> Iterator[Workload]:
    """Yield all that makes pods; of a DaemonSet, one pod a node, one is counted."""
    for pod in objects.pods:
        yield workload(objects, pod)


def workload(objects: Objects, pod: Pod) -> Workload:
    """Return how many pods there can be.

    Defaults are those of the references: https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/ and
    https://keda.sh/docs/latest/reference/scaledobject-spec/
    """
    owner = pod.owner
    surge, percent = _surge(owner)
    replicas = whole(owner.spec.get("replicas"), 1)
    match owner.kind:
        case "Job":
            parallel = whole(owner.spec.get("parallelism"), 1)
            return Workload(pod, parallel, parallel)
        case "CronJob":
            parallel = whole(get(owner.manifest, "spec.jobTemplate.spec.parallelism"), 1)
            return Workload(pod, parallel, parallel)
        case "ScaledJob":  # https://keda.sh/docs/latest/reference/scaledjob-spec/
            parallel = whole(get(owner.manifest, "spec.jobTargetRef.parallelism"), 1)
            most, field = whole(owner.spec.get("maxReplicaCount"), MOST_OF_KEDA), "spec.maxReplicaCount"
            return Workload(pod, most * parallel, 0, knob=_knob(owner, owner, "", field) if parallel == 1 else "")
        case "Pod" | "DaemonSet":
            return Workload(pod, 1, 1)
    if (scaler := objects.scaling(owner)) is None:
        knob = _knob(owner, owner, "scale.min", "spec.replicas")
        return Workload(pod, replicas, 1, surge, percent, knob)
    bounds = SCALERS[scaler.kind]
    most = whole(scaler.spec.get(bounds.most), MOST_OF_KEDA if scaler.kind == "ScaledObject" else replicas)
    fewest = whole(scaler.spec.get(bounds.least), bounds.otherwise)
    knob = _knob(owner, scaler, "scale.max", f"spec.{bounds.most}")
    return Workload(pod, most, fewest, surge, percent, knob)


def whole(value: Any, default: int) -> int:
    """Return a whole number that is not negative, as a number or as text; a default for what is none."""
    if isinstance(value, bool):
        return default
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int):
        return max(value, 0)
    return int(value) if isinstance(value, str) and re.fullmatch(r"\d{1,9}", value.strip()) else default


def _knob(owner: Subject, holder: Subject, field: str, path: str) -> str:
    part = part_of(owner)
    return f"{part}.{field}" if part else f"{path} of {holder.kind} {holder.name}"


def _surge(owner: Subject) -> tuple[int, int]:
    """Return how many more pods a rolling update makes, as a number and as a percentage: a quarter unless told."""
    if owner.kind != "Deployment" or get(owner.manifest, "spec.strategy.type", "RollingUpdate") != "RollingUpdate":
        return 0, 0
    surge = get(owner.manifest, "spec.strategy.rollingUpdate.maxSurge", "25%")
    if isinstance(surge, str) and (match := re.fullmatch(r"(\d{1,3})%", surge)):
        return 0, int(match[1])
    return whole(surge, 0), 0
