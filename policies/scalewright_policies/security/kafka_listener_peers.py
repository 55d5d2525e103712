"""Strimzi's own network policies open no door that nobody asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright.plan.policy import Example, Rule, Standard, Violation
from scalewright.plan.policy.subject import get, items
from scalewright_policies.security._standards import nsa

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.plan.policy import Subject
    from scalewright.plan.policy.rule import Settings


def _judge(subject: Subject, _settings: Settings) -> Iterator[Violation]:
    if (subject.group, subject.kind) != ("kafka.strimzi.io", "Kafka"):
        return
    for index, listener in enumerate(items(subject.get("spec.kafka.listeners"))):
        if not items(get(listener, "networkPolicyPeers")):
            name = get(listener, "name")
            message = f"listener {name} names no networkPolicyPeers, which lets everybody in; it must name its clients"
            yield Violation(subject, message, f"spec.kafka.listeners[{index}].networkPolicyPeers")


RULE = Rule(
    name="kafka-listener-peers",
    group="security",
    title="Each listener of Kafka names who may connect to it",
    why="Where none is named, Strimzi makes a NetworkPolicy that allows everybody, and that undoes default-deny.",
    severity="medium",
    remedy="Set networkPolicyPeers of each listener to its clients; of a backend: parts with events in `uses`",
    standards=(
        Standard("Strimzi", "networkPolicyPeers", "https://strimzi.io/docs/operators/latest/configuring.html"),
        nsa("Network separation and hardening: Network policies"),
    ),
    examples=Example(
        good="""
apiVersion: kafka.strimzi.io/v1
kind: Kafka
metadata: {name: events}
spec: {kafka: {listeners: [{name: tls, networkPolicyPeers: [{podSelector: {matchLabels: {app: api}}}]}]}}
""",
        bad="""
apiVersion: kafka.strimzi.io/v1
kind: Kafka
metadata: {name: events}
spec: {kafka: {listeners: [{name: tls}]}}
""",
    ),
    of_object=_judge,
)
