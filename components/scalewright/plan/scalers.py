"""Autoscalers: where each kind says how few and how many replicas there may be, and what it means where it does not.

https://kubernetes.io/docs/reference/kubernetes-api/autoscaling/horizontal-pod-autoscaler-v2/ and
https://keda.sh/docs/latest/reference/scaledobject-spec/
"""

from __future__ import annotations

from typing import NamedTuple

#: The most replicas of KEDA where nothing else is said.
MOST_OF_KEDA = 100


class Bounds(NamedTuple):
    """The properties of `spec` that hold the bounds, and the fewest where nothing is said."""

    least: str
    otherwise: int
    most: str


SCALERS = {
    "HorizontalPodAutoscaler": Bounds("minReplicas", 1, "maxReplicas"),
    "ScaledObject": Bounds("minReplicaCount", 0, "maxReplicaCount"),
}
"""By kind, that which counts first where a workload has both."""
