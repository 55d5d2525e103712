"""What a Kafka of Strimzi keeps, and how often."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scalewright.plan.policy.subject import mapping
from scalewright_policies.reliability._numbers import integer
from scalewright_policies.reliability._replicas import KAFKA

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scalewright.plan.policy import Objects, Subject

CONFIG = "spec.kafka.config"
CLUSTER = "strimzi.io/cluster"
DOCS = "https://strimzi.io/docs/operators/latest/deploying.html"


def config(kafka: Subject) -> Mapping[str, Any]:
    """Return the configuration of the brokers."""
    return mapping(kafka.get(CONFIG))


def number(kafka: Subject, name: str, default: int) -> int | None:
    """Return a number of the brokers' configuration; None for what is none. Defaults are Kafka's own.

    https://kafka.apache.org/documentation/#brokerconfigs
    """
    given = config(kafka).get(name)
    return default if given is None else integer(given)


def path(name: str) -> str:
    """Return the path of a name that holds dots, in the configuration of the brokers."""
    return f'{CONFIG}["{name}"]'


def of(objects: Objects, kind: str, kafka: Subject) -> Iterator[Subject]:
    """Yield the objects of a kind that belong to a Kafka."""
    for one in objects.of(kind, KAFKA, kafka.namespace):
        if mapping(one.metadata.get("labels")).get(CLUSTER) == kafka.name:
            yield one
