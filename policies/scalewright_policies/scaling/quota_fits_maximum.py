"""A namespace's quota takes everything that autoscalers may make."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright.plan.capacity import quota
from scalewright.plan.policy import Example, Rule, Standard, Violation
from scalewright_policies.scaling._sums import violations

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.plan.policy import Objects
    from scalewright.plan.policy.rule import Settings


def _judge(objects: Objects, _settings: Settings) -> Iterator[Violation]:
    return violations(objects, quota.budgets(objects))


def _example(cores: int) -> str:
    return f"""
apiVersion: v1
kind: ResourceQuota
metadata: {{name: shop}}
spec: {{hard: {{requests.cpu: "{cores}"}}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: api}}
spec:
  template:
    spec:
      containers: [{{name: api, resources: {{requests: {{cpu: 500m}}}}}}]
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {{name: api}}
spec:
  scaleTargetRef: {{kind: Deployment, name: api}}
  maxReplicas: 10
"""


RULE = Rule(
    name="quota-fits-maximum",
    group="scaling",
    title="The quota of a namespace is enough for all replicas that there may be, and for a rollout of them",
    why="The autoscaler asks, and the quota refuses: under the greatest load, and in the middle of a rollout, pods are "
    "never made, and nothing but an event tells.",
    severity="high",
    remedy="Raise the quota, or lower scale.max or the requests of the part; a declaration's quota follows its parts",
    standards=(
        Standard("Kubernetes", "Resource Quotas", "https://kubernetes.io/docs/concepts/policy/resource-quotas/"),
    ),
    examples=Example(good=_example(7), bad=_example(5)),
    of_plan=_judge,
)
