"""An acknowledged event is on two brokers, and one may be away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright.plan.policy import Example, Rule, Standard, Violation
from scalewright.plan.policy.subject import mapping
from scalewright_policies.reliability import _kafka
from scalewright_policies.reliability._numbers import integer
from scalewright_policies.reliability._replicas import KAFKA

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.plan.policy import Subject
    from scalewright.plan.policy.rule import Settings

_NAME = "min.insync.replicas"
_OF_TRANSACTIONS = "transaction.state.log"
#: Of how many copies a broker that is away is still one too many: fewer are told of by another rule.
_COPIES = 3


def _judge(subject: Subject, settings: Settings) -> Iterator[Violation]:
    least = settings["replicas"]
    if (subject.group, subject.kind) == (KAFKA, "Kafka"):
        for name, default, of in (
            (_NAME, 1, ("default.replication.factor", 1)),
            (f"{_OF_TRANSACTIONS}.min.isr", 2, (f"{_OF_TRANSACTIONS}.replication.factor", 3)),
        ):
            found = _said(name, _kafka.number(subject, name, default), _kafka.number(subject, *of), least)
            if found:
                yield Violation(subject, found, _kafka.path(name))
    elif (subject.group, subject.kind) == (KAFKA, "KafkaTopic"):
        given = integer(mapping(subject.get("spec.config")).get(_NAME))
        if found := _said(_NAME, given, integer(subject.get("spec.replicas")), least):
            yield Violation(subject, found, f'spec.config["{_NAME}"]')


def _said(name: str, given: int | None, copies: int | None, least: int) -> str | None:
    if given is None:
        return None
    if given < least:
        return f"{name} is {given}; at least {least}"
    if copies is not None and _COPIES <= copies <= given:
        return f"{name} is {given} of {copies} copies: while one broker is away, nothing is written; less than {copies}"
    return None


RULE = Rule(
    name="kafka-min-insync-replicas",
    group="reliability",
    title="Kafka acknowledges an event when two brokers have it, and not all of them must",
    why="With one, the loss of a single disk loses what producers were told is safe; with all, one broker that is away "
    "stops them.",
    severity="critical",
    remedy="Set min.insync.replicas to 2 in spec.kafka.config, and in spec.config of a KafkaTopic that has its own",
    standards=(
        Standard("Strimzi", "Configuring Kafka broker operation", _kafka.DOCS),
        Standard("Strimzi", "Kafka broker configuration tuning: Replicating topics for high availability", _kafka.DOCS),
    ),
    examples=Example(
        good="""
apiVersion: kafka.strimzi.io/v1
kind: Kafka
metadata: {name: events}
spec: {kafka: {config: {default.replication.factor: 3, min.insync.replicas: 2}}}
---
apiVersion: kafka.strimzi.io/v1
kind: KafkaTopic
metadata: {name: orders}
spec: {partitions: 6, replicas: 3}
""",
        bad="""
apiVersion: kafka.strimzi.io/v1
kind: Kafka
metadata: {name: events}
spec: {kafka: {config: {default.replication.factor: 3}}}
---
apiVersion: kafka.strimzi.io/v1
kind: KafkaTopic
metadata: {name: orders}
spec: {partitions: 6, replicas: 3, config: {min.insync.replicas: 3}}
""",
    ),
    settings={"replicas": 2},
    of_object=_judge,
)
