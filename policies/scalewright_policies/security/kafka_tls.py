"""Nobody on the way to Kafka reads along."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright.plan.policy import Example, Rule, Standard, Violation
from scalewright.plan.policy.subject import get, items, written
from scalewright_policies.security._standards import nsa

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.plan.policy import Objects
    from scalewright.plan.policy.rule import Settings

#: Of clients' `security.protocol`: https://kafka.apache.org/documentation/#adminclientconfigs_security.protocol
PLAIN = frozenset({"PLAINTEXT", "SASL_PLAINTEXT"})


def _judge(objects: Objects, _settings: Settings) -> Iterator[Violation]:
    for kafka in objects.of("Kafka", "kafka.strimzi.io"):
        for index, listener in enumerate(items(kafka.get("spec.kafka.listeners"))):
            if get(listener, "tls") is not True:
                said = written(get(listener, "tls", False))
                message = f"listener {get(listener, 'name')}: tls is {said}; it must be true"
                yield Violation(kafka, message, f"spec.kafka.listeners[{index}].tls")
    for pod in objects.pods:
        for container in pod.containers():
            for one in container.variables():
                if one.name.endswith("SECURITY_PROTOCOL") and one.value in PLAIN:
                    message = f"container {container.name}: {one.name} is {one.value}; it must be SSL or SASL_SSL"
                    yield Violation(pod.owner, message, one.path)


RULE = Rule(
    name="kafka-tls",
    group="security",
    title="Connections to Kafka are encrypted",
    why="Without TLS every event can be read, and changed, by whoever sees the network.",
    severity="high",
    remedy="Set tls: true on each of spec.kafka.listeners, and SSL or SASL_SSL as security.protocol of clients",
    standards=(
        Standard("Strimzi", "Securing access", "https://strimzi.io/docs/operators/latest/deploying.html"),
        nsa("Network separation and hardening: Encryption"),
    ),
    examples=Example(
        good="""
apiVersion: kafka.strimzi.io/v1
kind: Kafka
metadata: {name: events}
spec: {kafka: {listeners: [{name: tls, port: 9093, type: internal, tls: true}]}}
""",
        bad="""
apiVersion: kafka.strimzi.io/v1
kind: Kafka
metadata: {name: events}
spec: {kafka: {listeners: [{name: plain, port: 9092, type: internal, tls: false}]}}
""",
    ),
    of_plan=_judge,
)
