"""An autoscaler can do what it is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright.plan.policy import Example, Rule, Standard, Violation
from scalewright_policies.reliability._numbers import integer
from scalewright_policies.reliability._replicas import idle, least

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.plan.policy import Subject
    from scalewright.plan.policy.rule import Settings

#: What a ScaledObject has by default: https://keda.sh/docs/latest/reference/scaledobject-spec/
_MOST = 100


def _judge(subject: Subject, _settings: Settings) -> Iterator[Violation]:
    if subject.kind not in ("HorizontalPodAutoscaler", "ScaledObject"):
        return
    path, default = least(subject)
    upper = path.replace("min", "max")
    given = integer(subject.get(path, default))
    most = integer(subject.get(upper, _MOST if subject.kind == "ScaledObject" else None))
    if given is None or most is None:
        return
    if most < max(given, 1):
        least_of = f"{given}, which is {_last(path)}" if given > 0 else "1"
        yield Violation(subject, f"{_last(upper)} is {most}; at least {least_of}", upper)
    resting = idle(subject)
    if resting is not None and resting >= given:
        yield Violation(
            subject,
            f"idleReplicaCount is {resting}; it must be below minReplicaCount, which is {given}",
            "spec.idleReplicaCount",
        )


def _last(path: str) -> str:
    return path.rpartition(".")[2]


RULE = Rule(
    name="autoscaler-bounds",
    group="reliability",
    title="The most replicas of an autoscaler are no fewer than the fewest",
    why="The API server refuses the autoscaler, or its operator does, and the number of replicas stays where it was.",
    severity="high",
    remedy="Raise the maximum, or lower the minimum (scale.min and scale.max of the part)",
    standards=(
        Standard(
            "Kubernetes",
            "HorizontalPodAutoscalerSpec: minReplicas, maxReplicas",
            "https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/horizontal-pod-autoscaler-v2/",
        ),
        Standard("KEDA", "ScaledObject specification", "https://keda.sh/docs/latest/reference/scaledobject-spec/"),
    ),
    examples=Example(
        good="""
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata: {name: worker}
spec: {scaleTargetRef: {name: worker}, minReplicaCount: 2}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: api}
spec: {scaleTargetRef: {kind: Deployment, name: api}, minReplicas: 2, maxReplicas: 2}
""",
        bad="""
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata: {name: worker}
spec: {scaleTargetRef: {name: worker}, minReplicaCount: 2, idleReplicaCount: 2}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: api}
spec: {scaleTargetRef: {kind: Deployment, name: api}, minReplicas: 4, maxReplicas: 3}
""",
    ),
    of_object=_judge,
)
