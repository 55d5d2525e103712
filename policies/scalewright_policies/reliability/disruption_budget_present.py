"""A drain does not take all replicas at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright.plan.policy import Example, Rule, Standard, Violation
from scalewright_policies.reliability._numbers import integer
from scalewright_policies.reliability._replicas import POSTGRES, fewest, replicated

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.plan.policy import Objects
    from scalewright.plan.policy.rule import Settings


def _judge(objects: Objects, _settings: Settings) -> Iterator[Violation]:
    for pod in replicated(objects):
        found = fewest(objects, pod.owner)
        if found and found.count > 1 and next(objects.selecting("PodDisruptionBudget", pod), None) is None:
            yield Violation(
                pod.owner,
                f"of {found.count} replicas or more, a drain may take all: no PodDisruptionBudget selects them",
            )
    for cluster in objects.of("Cluster", POSTGRES):
        instances = integer(cluster.get("spec.instances"))
        if cluster.get("spec.enablePDB") is False and instances is not None and instances > 1:
            yield Violation(
                cluster,
                f"enablePDB is false: a drain may take the primary and the rest of {instances} instances",
                "spec.enablePDB",
                remedy="Leave spec.enablePDB out, or set it to true",
            )


RULE = Rule(
    name="disruption-budget-present",
    group="reliability",
    title="What has several replicas has a disruption budget",
    why="Without one, an upgrade of the nodes may evict all replicas at the same time.",
    severity="medium",
    remedy="Make a PodDisruptionBudget with maxUnavailable: 1 and the selector of the workload",
    standards=(
        Standard(
            "Kubernetes",
            "Specifying a Disruption Budget: Identify an Application to Protect",
            "https://kubernetes.io/docs/tasks/run-application/configure-pdb/#identify-an-application-to-protect",
        ),
        Standard(
            "CloudNativePG",
            "Kubernetes Upgrade and Maintenance: Pod Disruption Budgets",
            "https://cloudnative-pg.io/docs/current/kubernetes_upgrade",
        ),
    ),
    examples=Example(
        good="""
apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec:
  replicas: 2
  template: {metadata: {labels: {app: api, tier: front}}}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: api}
spec: {maxUnavailable: 1, selector: {matchLabels: {app: api}}}
---
apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: {name: postgres}
spec: {instances: 3}
""",
        bad="""
apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec:
  replicas: 2
  template: {metadata: {labels: {app: api}}}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: other}
spec: {maxUnavailable: 1, selector: {matchLabels: {app: other}}}
---
apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: {name: postgres}
spec: {instances: 3, enablePDB: false}
""",
    ),
    of_plan=_judge,
)
