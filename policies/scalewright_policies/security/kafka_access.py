"""Who writes and reads events is known, and may do what is named."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright.plan.policy import Example, Rule, Standard, Violation
from scalewright.plan.policy.subject import get, items
from scalewright_policies.security._api_security import MISCONFIGURATION

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.plan.policy import Subject
    from scalewright.plan.policy.rule import Settings


def _judge(subject: Subject, _settings: Settings) -> Iterator[Violation]:
    if (subject.group, subject.kind) != ("kafka.strimzi.io", "Kafka"):
        return
    for index, listener in enumerate(items(subject.get("spec.kafka.listeners"))):
        if not get(listener, "authentication.type"):
            message = f"listener {get(listener, 'name')} has no authentication; it must have one, such as tls"
            yield Violation(subject, message, f"spec.kafka.listeners[{index}].authentication")
    if not subject.get("spec.kafka.authorization.type"):
        message = "it has no authorization, so that every client may do everything; it must have one, such as simple"
        yield Violation(subject, message, "spec.kafka.authorization")


RULE = Rule(
    name="kafka-access",
    group="security",
    title="Kafka knows its clients, and lets each do what is named",
    why="Anybody who reaches a broker without authentication and authorization reads, writes and deletes every topic.",
    severity="critical",
    remedy="Set authentication: {type: tls} on each listener and spec.kafka.authorization: {type: simple}",
    standards=(
        Standard("Strimzi", "Securing access", "https://strimzi.io/docs/operators/latest/deploying.html"),
        MISCONFIGURATION,
    ),
    examples=Example(
        good="""
apiVersion: kafka.strimzi.io/v1
kind: Kafka
metadata: {name: events}
spec: {kafka: {listeners: [{name: tls, tls: true, authentication: {type: tls}}], authorization: {type: simple}}}
""",
        bad="""
apiVersion: kafka.strimzi.io/v1
kind: Kafka
metadata: {name: events}
spec: {kafka: {listeners: [{name: tls, tls: true, authentication: {type: tls}}]}}
""",
    ),
    of_object=_judge,
)
