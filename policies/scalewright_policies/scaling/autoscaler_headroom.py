"""An autoscaler's target leaves room for the load that comes while new pods start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright.autoscaling.headroom import highest_target
from scalewright.plan.capacity.workloads import whole
from scalewright.plan.policy import Example, Rule, Standard, Violation
from scalewright.plan.policy.subject import mapping
from scalewright_policies.scaling._metrics import utilizations

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.plan.policy import Objects, Pod
    from scalewright.plan.policy.rule import Settings

#: Defaults of a probe: https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#Probe
_PERIOD, _FAILURES = 10, 3


def _judge(objects: Objects, settings: Settings) -> Iterator[Violation]:
    growth, otherwise = float(settings["growth"]), float(settings["start"])
    for one in utilizations(objects):
        if one.resource != "cpu" or not one.target:
            continue
        start = _start(one.pod)
        highest = highest_target(growth=growth, start=otherwise if start is None else start)
        if one.target > highest:
            usual = ", the default," if one.path == "spec.metrics" else ""
            from_ = "the setting start" if start is None else "startupProbe's bound"
            yield Violation(
                one.scaler,
                f"the target is {one.target} %{usual} of the processor request; at most {highest} %, where load grows "
                f"by {growth:g} % a minute and a pod may take {otherwise if start is None else start:g} s to start "
                f"({from_}): above it, those that are there are at their limit before the new ones serve",
                one.path,
                f"Lower the target to {highest} (metrics of scale), or bound the start more tightly",
            )


def _start(pod: Pod) -> float | None:
    """Return how long a pod may take to start in seconds, by the slowest of its startup probes; None without one."""
    bounds = []
    for container in pod.main():
        if probe := mapping(container.spec.get("startupProbe")):
            tries = whole(probe.get("periodSeconds"), _PERIOD) * whole(probe.get("failureThreshold"), _FAILURES)
            bounds.append(float(whole(probe.get("initialDelaySeconds"), 0) + tries))
    return max(bounds, default=None)


def _example(target: int) -> str:
    return f"""
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {{name: api}}
spec:
  scaleTargetRef: {{kind: Deployment, name: api}}
  maxReplicas: 10
  metrics:
  - {{type: Resource, resource: {{name: cpu, target: {{type: Utilization, averageUtilization: {target}}}}}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: api}}
spec:
  template:
    spec:
      containers:
      - name: api
        resources: {{requests: {{cpu: 500m}}}}
        startupProbe: {{httpGet: {{path: /readyz, port: 8000}}, periodSeconds: 2, failureThreshold: 30}}
"""


RULE = Rule(
    name="autoscaler-headroom",
    group="scaling",
    title="The target of an autoscaler leaves room for what load grows by until new pods serve",
    why="An autoscaler acts on what was: until its new pods serve, those that are there take all that comes, and above "
    "their requests they have no claim to a processor.",
    severity="medium",
    remedy="Lower the target (metrics of scale, averageUtilization), or make pods start sooner and say so by "
    "startupProbe; the growth that is expected is the rule's setting, in per cent of the load a minute",
    standards=(
        Standard(
            "Kubernetes",
            "Horizontal Pod Autoscaling: Algorithm details",
            "https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#algorithm-details",
        ),
    ),
    settings={"growth": 20, "start": 60},
    examples=Example(good=_example(60), bad=_example(90)),
    of_plan=_judge,
)
