"""Kafka goes on, and keeps what it has, while a node is away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright.plan.policy import Example, Rule, Standard, Violation
from scalewright.plan.policy.subject import items
from scalewright_policies.reliability import _kafka
from scalewright_policies.reliability._numbers import integer
from scalewright_policies.reliability._replicas import KAFKA

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.plan.policy import Objects
    from scalewright.plan.policy.rule import Settings


def _judge(objects: Objects, settings: Settings) -> Iterator[Violation]:
    for kafka in objects.of("Kafka", KAFKA):
        pools = list(_kafka.of(objects, "KafkaNodePool", kafka))
        for role in ("broker", "controller"):
            those = [one for one in pools if role in items(one.spec.get("roles"))]
            counts = [integer(one.get("spec.replicas")) for one in those]
            total = sum(one for one in counts if one is not None)
            if those and None not in counts and total < settings["nodes"]:
                smallest = min(those, key=lambda one: integer(one.get("spec.replicas")) or 0)
                yield Violation(
                    smallest,
                    f"Kafka {kafka.name} has {total} nodes with the role {role}; at least {settings['nodes']}",
                    "spec.replicas",
                )


RULE = Rule(
    name="kafka-brokers",
    group="reliability",
    title="Kafka has three brokers and three controllers",
    why="Three copies of an event need three brokers, and of fewer than three controllers none may be lost.",
    severity="high",
    remedy="Set events.brokers to 3 (spec.replicas of the KafkaNodePools)",
    standards=(Standard("Strimzi", "Scaling clusters by adding or removing brokers", _kafka.DOCS),),
    examples=Example(
        good="""
apiVersion: kafka.strimzi.io/v1
kind: Kafka
metadata: {name: events}
---
apiVersion: kafka.strimzi.io/v1
kind: KafkaNodePool
metadata: {name: controllers, labels: {strimzi.io/cluster: events}}
spec: {replicas: 3, roles: [controller]}
---
apiVersion: kafka.strimzi.io/v1
kind: KafkaNodePool
metadata: {name: zone-a, labels: {strimzi.io/cluster: events}}
spec: {replicas: 2, roles: [broker]}
---
apiVersion: kafka.strimzi.io/v1
kind: KafkaNodePool
metadata: {name: zone-b, labels: {strimzi.io/cluster: events}}
spec: {replicas: 2, roles: [broker]}
""",
        bad="""
apiVersion: kafka.strimzi.io/v1
kind: Kafka
metadata: {name: events}
---
apiVersion: kafka.strimzi.io/v1
kind: KafkaNodePool
metadata: {name: nodes, labels: {strimzi.io/cluster: events}}
spec: {replicas: 1, roles: [controller, broker]}
""",
    ),
    settings={"nodes": 3},
    of_plan=_judge,
)
