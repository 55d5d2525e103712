"""Declared nodes take everything that autoscalers may make."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright.plan.capacity import nodes
from scalewright.plan.policy import Example, Rule, Standard, Violation
from scalewright_policies.scaling._sums import violations

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.plan.policy import Objects
    from scalewright.plan.policy.rule import Settings


def _judge(objects: Objects, _settings: Settings) -> Iterator[Violation]:
    return violations(objects, nodes.budgets(objects))


def _example(count: int) -> str:
    return f"""
apiVersion: v1
kind: Namespace
metadata:
  name: shop
  annotations: {{scalewright/nodes: '{{"count": {count}, "cpu": "4", "memory": "16Gi"}}'}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: api, namespace: shop}}
spec:
  replicas: 10
  template:
    spec:
      containers: [{{name: api, resources: {{requests: {{cpu: "1", memory: 1Gi}}}}}}]
"""


RULE = Rule(
    name="nodes-fit-maximum",
    group="scaling",
    title="The nodes that are declared are enough for all replicas that there may be, and one for the largest pod",
    why="Pods for which there is no node stay pending: the autoscaler has done what it could, and nothing is faster.",
    severity="medium",
    remedy="Add nodes and declare them (cluster.nodes), or lower scale.max or the requests of a part",
    standards=(
        Standard(
            "Kubernetes",
            "Reserve Compute Resources for System Daemons: Node Allocatable",
            "https://kubernetes.io/docs/tasks/administer-cluster/reserve-compute-resources/#node-allocatable",
        ),
    ),
    examples=Example(good=_example(4), bad=_example(2)),
    of_plan=_judge,
)
