"""How many pods of a part may be away on purpose at once, as when a node is drained."""

from collections.abc import Mapping

from pulumi import Input, ResourceOptions
from pulumi_kubernetes.policy.v1 import PodDisruptionBudget


def budget(
    metadata: dict[str, object], selector: Mapping[str, Input[str]], opts: ResourceOptions
) -> PodDisruptionBudget:
    """Make a budget that lets one pod go at a time: all but one stay, and a single one does not hold up a drain.

    A pod that is not ready may always go; it serves nobody:
    https://kubernetes.io/docs/tasks/run-application/configure-pdb/#unhealthy-pod-eviction-policy
    """
    return PodDisruptionBudget(
        str(metadata["name"]),
        metadata=metadata,
        spec={
            "max_unavailable": 1,
            "selector": {"match_labels": dict(selector)},
            "unhealthy_pod_eviction_policy": "AlwaysAllow",
        },
        opts=opts,
    )
