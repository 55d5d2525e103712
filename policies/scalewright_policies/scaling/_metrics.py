"""Autoscalers that follow how much of its requests a pod uses."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from scalewright.plan.capacity.workloads import whole
from scalewright.plan.policy.objects import listed
from scalewright.plan.policy.subject import items, mapping

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.plan.policy import Objects, Pod, Subject


class Utilization(NamedTuple):
    """A target in per cent of what the pods of a workload ask for."""

    scaler: Subject
    pod: Pod
    resource: str
    container: str
    """The container whose requests count; empty for those of all."""
    target: int
    path: str
    """The property that holds the target."""


@listed
def utilizations(objects: Objects) -> Iterator[Utilization]:
    """Yield the targets of every HorizontalPodAutoscaler and ScaledObject.

    https://kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale/, https://keda.sh/docs/latest/scalers/cpu/
    """
    for pod in objects.pods:
        scaler = objects.scaling(pod.owner)
        if scaler is None:
            continue
        if scaler.kind == "ScaledObject":
            yield from _of_keda(scaler, pod)
        else:
            yield from _of_autoscaler(scaler, pod)


def _of_autoscaler(scaler: Subject, pod: Pod) -> Iterator[Utilization]:
    for index, metric in enumerate(map(mapping, items(scaler.spec.get("metrics")))):
        for kind in ("resource", "containerResource"):
            source = mapping(metric.get(kind))
            target = mapping(source.get("target"))
            if source and target.get("averageUtilization") is not None:
                path = f"spec.metrics[{index}].{kind}.target.averageUtilization"
                container = str(source.get("container") or "")
                percent = whole(target["averageUtilization"], 0)
                yield Utilization(scaler, pod, str(source.get("name")), container, percent, path)
    if scaler.spec.get("targetCPUUtilizationPercentage") is not None:  # autoscaling/v1
        field = "targetCPUUtilizationPercentage"
        yield Utilization(scaler, pod, "cpu", "", whole(scaler.spec[field], 0), f"spec.{field}")


def _of_keda(scaler: Subject, pod: Pod) -> Iterator[Utilization]:
    for index, trigger in enumerate(map(mapping, items(scaler.spec.get("triggers")))):
        about = mapping(trigger.get("metadata"))
        # Before 2.5 the type of the metric was within the metadata.
        kind = trigger.get("metricType") or about.get("type")
        if str(trigger.get("type")) in {"cpu", "memory"} and kind == "Utilization":
            container = str(about.get("containerName") or "")
            path = f"spec.triggers[{index}].metadata.value"
            yield Utilization(scaler, pod, str(trigger["type"]), container, whole(about.get("value"), 0), path)
