"""How high a target of utilization may be, so that what is there lasts until what is asked for serves. Pure."""

from __future__ import annotations

from math import floor

#: An autoscaler leaves a deviation of a tenth alone, looks every 15 seconds, and at figures of the last 15:
#: https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#algorithm-details,
#: https://github.com/kubernetes-sigs/metrics-server (`--metric-resolution`).
TOLERANCE, LOOKS, RESOLUTION = 0.1, 15, 15


def highest_target(*, growth: float, start: float) -> int:
    """Return the highest target in per cent of what a pod requests.

    Load that grows by `growth` per cent a minute grows by a factor of ``1 + growth/100 x t/60`` in the t seconds until
    new pods serve: a look of the autoscaler, the age of its figures, and `start`, which a pod takes to start. It acts
    only above the target by its tolerance, so that pods are at ``target x (1 + tolerance) x factor`` when the new ones
    come, and that must be no more than 100.
    """
    factor = 1 + growth / 100 * (LOOKS + RESOLUTION + start) / 60
    return floor(100 / ((1 + TOLERANCE) * factor))
