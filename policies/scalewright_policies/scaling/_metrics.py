"""Autoscalers that follow how much of its requests a pod uses."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from scalewright.plan.capacity.workloads import whole
from scalewright.plan.policy.objects import listed
from scalewright.plan.policy.subject import get, items, mapping

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.plan.policy import Container, Objects, Pod, Subject


#: What an autoscaler follows that names no metric, of either version, in per cent of the requests for processor:
#: https://kubernetes.io/docs/reference/kubernetes-api/autoscaling/horizontal-pod-autoscaler-v2/#HorizontalPodAutoscalerSpec
DEFAULT = 80


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


def counting(one: Utilization) -> Iterator[Container]:
    """Yield the containers whose requests count: those that run as long as the pod, sidecars among them."""
    for container in one.pod.containers():
        beside = container.role == "init" and container.spec.get("restartPolicy") == "Always"
        if (container.role == "main" or beside) and one.container in ("", container.name):
            yield container


def lacking(objects: Objects) -> Iterator[tuple[Subject, str, str]]:
    """Yield what makes containers that are measured and request nothing: it, the path of `resources`, and what of."""
    for one in utilizations(objects):
        for container in counting(one):
            if not asks(one.pod, container, one.resource):
                yield one.pod.owner, f"{container.path}.resources", one.resource


def asks(pod: Pod, container: Container, resource: str) -> bool:
    """Whether a container requests a resource, or its pod as a whole; what has a limit only asks for that."""
    return any(
        get(spec, f"resources.{kind}.{resource}")
        for spec in (pod.spec, container.spec)
        for kind in ("requests", "limits")
    )


def _of_autoscaler(scaler: Subject, pod: Pod) -> Iterator[Utilization]:
    if not items(scaler.spec.get("metrics")) and scaler.spec.get("targetCPUUtilizationPercentage") is None:
        yield Utilization(scaler, pod, "cpu", "", DEFAULT, "spec.metrics")
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
