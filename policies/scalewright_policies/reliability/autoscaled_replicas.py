"""Only one decides how many replicas there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright.plan.policy import Example, Rule, Standard, Violation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.plan.policy import Objects
    from scalewright.plan.policy.rule import Settings


def _judge(objects: Objects, _settings: Settings) -> Iterator[Violation]:
    for pod in objects.pods:
        replicas, scaler = pod.owner.spec.get("replicas"), objects.scaling(pod.owner)
        if scaler and replicas is not None:
            yield Violation(
                pod.owner,
                f"replicas are {replicas}, and {scaler.kind} {scaler.name} decides the number too",
                "spec.replicas",
            )


RULE = Rule(
    name="autoscaled-replicas",
    group="reliability",
    title="What an autoscaler scales has no number of replicas of its own",
    why="Every apply sets the number back, in the middle of the load that the autoscaler had scaled for.",
    severity="high",
    remedy="Take spec.replicas out; the first time, keep the number by taking it out of the last-applied configuration "
    "as well",
    standards=(
        Standard(
            "Kubernetes",
            "Horizontal Pod Autoscaling: Migrating Deployments and StatefulSets to horizontal autoscaling",
            "https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/"
            "#migrating-deployments-and-statefulsets-to-horizontal-autoscaling",
        ),
    ),
    examples=Example(
        good="""
apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec: {}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: api}
spec: {scaleTargetRef: {kind: Deployment, name: api}, minReplicas: 2, maxReplicas: 4}
""",
        bad="""
apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec: {replicas: 2}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: api}
spec: {scaleTargetRef: {kind: Deployment, name: api}, minReplicas: 2, maxReplicas: 4}
""",
    ),
    of_plan=_judge,
)
