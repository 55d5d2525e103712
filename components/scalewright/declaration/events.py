"""Streams of events between services."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from scalewright.declaration.duration import Duration
from scalewright.declaration.external import ExternalEvents
from scalewright.declaration.model import Model
from scalewright.declaration.names import TopicName
from scalewright.declaration.problem import Problem
from scalewright.declaration.quantity import Quantity
from scalewright.declaration.resources import Resources, Size
from scalewright.declaration.within import Within

if TYPE_CHECKING:
    from collections.abc import Iterator


class Topic(Model):
    """One stream of events."""

    partitions: int = Field(default=3, ge=1, le=1000)
    """How many consumers of one group can share it."""
    retention: Annotated[Duration, Within(Duration("1s"))] = Duration("168h")
    """How long events are kept."""


class Events(Model):
    """The engine of event streams and its topics.

    What uses events may write to every topic and read from it.
    """

    engine: Literal["redis", "kafka"] = "redis"
    """Redis Streams on the server that is the broker, the small default; or Kafka."""
    topics: dict[TopicName, Topic] = Field(default_factory=dict)
    """The topics by name. Of Redis Streams, each is made by its first event, and is trimmed by who writes it."""
    brokers: int = Field(default=1, ge=1, le=99)
    """Nodes of Kafka: 1, or at least 3, which keep every event three times and outlive the loss of one."""
    storage: Size = Quantity("1Gi")
    """Disk of each node. It can grow, and never shrink."""
    resources: Resources | None = None
    """Requests and limits of each node; 250m and 1Gi by default."""
    external: ExternalEvents | None = None
    """A Kafka that somebody else runs, instead of one that is made; its topics are made by whoever runs it."""

    def contradictions(self) -> Iterator[Problem]:
        """Refuse a number that has no majority, and settings of a server that is not made."""
        if self.brokers == 2:
            yield Problem(
                ("brokers",),
                2,
                "it must be 1, or at least 3: when one of two is lost, the other is no majority and cannot go on",
                "Set it to 3",
            )
        if self.external is not None and self.engine != "kafka":
            yield Problem(
                ("external",),
                self.external.model_dump(mode="json", exclude_unset=True),
                "it must come with engine kafka; Redis Streams are on the server of redis, which may be external, too",
                "Set engine to kafka, or take external out",
                reads=(("engine",),),
            )
