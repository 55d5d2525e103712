"""There are as many partitions as consumers at the most replicas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright.plan.capacity import kafka
from scalewright.plan.policy import Example, Rule, Standard, Violation
from scalewright_policies.scaling._sums import violations

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.plan.policy import Objects
    from scalewright.plan.policy.rule import Settings


def _judge(objects: Objects, _settings: Settings) -> Iterator[Violation]:
    return violations(objects, kafka.budgets(objects))


def _example(most: int) -> str:
    return f"""
apiVersion: kafka.strimzi.io/v1
kind: KafkaTopic
metadata: {{name: orders}}
spec: {{partitions: 6}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: billing}}
spec: {{template: {{spec: {{containers: [{{name: billing}}]}}}}}}
---
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata: {{name: billing}}
spec:
  scaleTargetRef: {{name: billing}}
  maxReplicaCount: {most}
  triggers:
  - {{type: kafka, metadata: {{topic: orders, consumerGroup: billing}}}}
"""


RULE = Rule(
    name="kafka-partitions",
    group="scaling",
    title="A topic has as many partitions as a group has consumers at the most replicas",
    why="A partition goes to one consumer of a group: those beyond stand idle, or KEDA never makes them, and what was "
    "to meet the greatest load does not.",
    severity="medium",
    remedy="Raise partitions of the topic (events.topics), which can never be lowered again, or lower scale.max",
    standards=(
        Standard(
            "Apache Kafka", "Introduction to consumers", "https://kafka.apache.org/documentation/#intro_consumers"
        ),
        Standard("KEDA", "Apache Kafka: allowIdleConsumers", "https://keda.sh/docs/latest/scalers/apache-kafka/"),
    ),
    examples=Example(good=_example(6), bad=_example(12)),
    of_plan=_judge,
)
