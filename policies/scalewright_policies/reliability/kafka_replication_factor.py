"""Every event is on three brokers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright.plan.policy import Example, Rule, Standard, Violation
from scalewright_policies.reliability import _kafka
from scalewright_policies.reliability._numbers import integer
from scalewright_policies.reliability._replicas import KAFKA

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.plan.policy import Subject
    from scalewright.plan.policy.rule import Settings

#: Copies of topics that say nothing, of positions of consumers, and of transactions, by default.
_DEFAULTS = {
    "default.replication.factor": 1,
    "offsets.topic.replication.factor": 3,
    "transaction.state.log.replication.factor": 3,
}


def _judge(subject: Subject, settings: Settings) -> Iterator[Violation]:
    least = settings["copies"]
    if (subject.group, subject.kind) == (KAFKA, "Kafka"):
        for name, default in _DEFAULTS.items():
            copies = _kafka.number(subject, name, default)
            if copies is not None and copies < least:
                yield Violation(subject, f"{name} is {copies}; at least {least}", _kafka.path(name))
    elif (subject.group, subject.kind) == (KAFKA, "KafkaTopic"):
        copies = integer(subject.get("spec.replicas"))
        if copies is not None and copies < least:
            yield Violation(subject, f"replicas are {copies}; at least {least}", "spec.replicas")


RULE = Rule(
    name="kafka-replication-factor",
    group="reliability",
    title="Kafka keeps three copies of every event",
    why="With fewer, either a lost disk loses events, or a broker that is away stops all writes.",
    severity="critical",
    remedy="Set spec.replicas of the KafkaTopic to 3, and default.replication.factor: 3 in spec.kafka.config (three "
    "brokers are what it takes: events.brokers)",
    standards=(
        Standard("Strimzi", "Kafka broker configuration tuning: Replicating topics for high availability", _kafka.DOCS),
    ),
    examples=Example(
        good="""
apiVersion: kafka.strimzi.io/v1
kind: Kafka
metadata: {name: events}
spec: {kafka: {config: {default.replication.factor: 3}}}
---
apiVersion: kafka.strimzi.io/v1
kind: KafkaTopic
metadata: {name: orders}
spec: {partitions: 6}
""",
        bad="""
apiVersion: kafka.strimzi.io/v1
kind: Kafka
metadata: {name: events}
spec: {kafka: {config: {offsets.topic.replication.factor: "1"}}}
---
apiVersion: kafka.strimzi.io/v1
kind: KafkaTopic
metadata: {name: orders}
spec: {partitions: 6, replicas: 1}
""",
    ),
    settings={"copies": 3},
    of_object=_judge,
)
