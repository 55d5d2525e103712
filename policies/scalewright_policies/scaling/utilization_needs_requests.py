"""What is scaled by how much of its requests it uses has requests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright.plan.policy import Example, Rule, Standard, Violation
from scalewright_policies.scaling._metrics import asks, counting, utilizations

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.plan.policy import Objects
    from scalewright.plan.policy.rule import Settings


def _judge(objects: Objects, _settings: Settings) -> Iterator[Violation]:
    for one in utilizations(objects):
        for container in counting(one):
            if not asks(one.pod, container, one.resource):
                yield Violation(
                    one.pod.owner,
                    f"{one.scaler.kind} {one.scaler.name} follows {one.resource} at {one.target} % of requests, and "
                    f"container {container.name} requests none: no utilization can be told, and nothing is scaled",
                    f"{container.path}.resources.requests.{one.resource}",
                )


_SCALER = """
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: api}
spec:
  scaleTargetRef: {kind: Deployment, name: api}
  maxReplicas: 10
  metrics:
  - {type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 50}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
"""

RULE = Rule(
    name="utilization-needs-requests",
    group="scaling",
    title="What is scaled by its utilization requests what is measured, in every container that counts",
    why="Utilization is a percentage of requests: where one container of a pod has none, the autoscaler does nothing.",
    severity="high",
    remedy="Set resources of the part, or resources.requests of every container of the pod",
    standards=(
        Standard(
            "Kubernetes",
            "Horizontal Pod Autoscaling: How does a HorizontalPodAutoscaler work?",
            "https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#how-does-a-horizontalpodautoscaler-work",
        ),
    ),
    examples=Example(
        good=_SCALER
        + """spec:
  template: {spec: {containers: [{name: api, resources: {requests: {cpu: 500m}}}]}}
""",
        bad=_SCALER
        + """spec:
  template:
    spec:
      containers:
      - {name: api, resources: {requests: {cpu: 500m}}}
      - {name: proxy}
""",
    ),
    of_plan=_judge,
)
