"""What decides the number of replicas: a HorizontalPodAutoscaler, or KEDA where a metric is not the pods' own.

`Cpu` and `Memory` alone make an HPA (autoscaling/v2); with any other metric one KEDA ScaledObject holds them all, since
two autoscalers of one workload would fight.
"""

from typing import NotRequired, TypedDict

from pulumi import Input, ResourceOptions
from pulumi_kubernetes.apiextensions import CustomResource
from pulumi_kubernetes.autoscaling.v2 import (
    HorizontalPodAutoscaler,
    HorizontalPodAutoscalerBehaviorArgsDict,
    MetricSpecArgsDict,
)

#: Metrics that the pods' own requests are measured by.
OF_PODS = frozenset({"cpu", "memory"})
#: Seconds without need before a replica goes, so that a short lull costs no cold start (the HPA's own default).
STABILIZATION = 300
POLLING = 15  # seconds between two looks of KEDA: the HPA's own clock


class MetricArgs(TypedDict):
    """What a number of replicas follows, by its `type`: cpu, memory, requests, backlog or schedule."""

    type: str
    """cpu, memory, requests, backlog or schedule."""
    utilization: NotRequired[int]
    """For cpu and memory: percentage of the request, averaged over the replicas."""
    per_replica: NotRequired[float]
    """For requests: requests per second; for backlog: waiting tasks, for each replica."""
    start: NotRequired[str]
    """For schedule: when it begins, as cron has it."""
    end: NotRequired[str]
    """For schedule: when it ends."""
    timezone: NotRequired[str]
    """For schedule: a name of the IANA time zone database."""
    replicas: NotRequired[int]
    """For schedule: the fewest replicas meanwhile."""


class ScaleArgs(TypedDict):
    """How many replicas there may be, and what decides."""

    min: int
    """Fewest replicas."""
    max: int
    """Most replicas."""
    metrics: NotRequired[list[MetricArgs]]
    """What the number follows; of several, the one that asks for most. None: it stays where it was put."""


class Trigger(TypedDict):
    """One trigger of a KEDA ScaledObject: https://keda.sh/docs/latest/scalers/."""

    type: str
    metadata: dict[str, Input[str]]
    metricType: NotRequired[str]
    authenticationRef: NotRequired[dict[str, Input[str]]]


def is_scaled(scale: ScaleArgs) -> bool:
    """Whether something else than the deployment decides the number of replicas."""
    return bool(scale.get("metrics")) and scale["max"] > scale["min"]


def autoscale(
    metadata: dict[str, object],
    deployment: str,
    scale: ScaleArgs,
    triggers: list[Trigger],
    opts: ResourceOptions,
    *,
    cooldown_seconds: int | None = None,
) -> HorizontalPodAutoscaler | CustomResource | None:
    """Make the autoscaler of a deployment, if its scale has metrics.

    `triggers` are those of the metrics which are not the pods' own; `cooldown_seconds` is how long none of them is
    active before the last replica goes, where the fewest are 0.
    """
    if not is_scaled(scale):
        return None
    name = str(metadata["name"])
    own = [metric for metric in scale.get("metrics", ()) if metric["type"] in OF_PODS]
    if triggers:
        spec = {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": deployment},
            "minReplicaCount": scale["min"],
            "maxReplicaCount": scale["max"],
            "pollingInterval": POLLING,
            **({"cooldownPeriod": cooldown_seconds} if cooldown_seconds and scale["min"] == 0 else {}),
            "triggers": [*map(_utilization_trigger, own), *triggers],
            "advanced": {"horizontalPodAutoscalerConfig": {"behavior": _behavior_of_keda()}},
        }
        return CustomResource(
            name, api_version="keda.sh/v1alpha1", kind="ScaledObject", metadata=metadata, spec=spec, opts=opts
        )
    return HorizontalPodAutoscaler(
        name,
        metadata=metadata,
        spec={
            "scale_target_ref": {"api_version": "apps/v1", "kind": "Deployment", "name": deployment},
            "min_replicas": scale["min"],
            "max_replicas": scale["max"],
            "metrics": [*map(_utilization, own)],
            "behavior": _behavior(),
        },
        opts=opts,
    )


def _utilization(metric: MetricArgs) -> MetricSpecArgsDict:
    return {
        "type": "Resource",
        "resource": {
            "name": metric["type"],
            "target": {"type": "Utilization", "average_utilization": metric["utilization"]},
        },
    }


def _behavior() -> HorizontalPodAutoscalerBehaviorArgsDict:
    """Up at once, at most doubling or by four each 15 s; down after five quiet minutes: the algorithm's own defaults.

    https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#default-behavior
    """
    return {
        "scale_up": {
            "stabilization_window_seconds": 0,
            "select_policy": "Max",
            "policies": [
                {"type": "Percent", "value": 100, "period_seconds": 15},
                {"type": "Pods", "value": 4, "period_seconds": 15},
            ],
        },
        "scale_down": {
            "stabilization_window_seconds": STABILIZATION,
            "select_policy": "Max",
            "policies": [{"type": "Percent", "value": 100, "period_seconds": 15}],
        },
    }


def _behavior_of_keda() -> dict[str, object]:
    """Return the same for a custom resource, whose fields are not translated."""
    return {"scaleDown": {"stabilizationWindowSeconds": STABILIZATION}}


def _utilization_trigger(metric: MetricArgs) -> Trigger:
    return {
        "type": metric["type"],
        "metricType": "Utilization",
        "metadata": {"value": str(int(metric["utilization"]))},
    }


def schedule_triggers(scale: ScaleArgs) -> list[Trigger]:
    """Return KEDA's triggers of the schedules: https://keda.sh/docs/latest/scalers/cron/."""
    return [
        {
            "type": "cron",
            "metadata": {
                "timezone": metric.get("timezone", "UTC"),
                "start": metric["start"],
                "end": metric["end"],
                "desiredReplicas": str(int(metric["replicas"])),
            },
        }
        for metric in scale.get("metrics", ())
        if metric["type"] == "schedule"
    ]
