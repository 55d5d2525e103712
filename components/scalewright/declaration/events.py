"""Streams of events between services."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from scalewright.declaration.duration import Duration
from scalewright.declaration.model import Model
from scalewright.declaration.names import TopicName
from scalewright.declaration.within import Within


class Topic(Model):
    """One stream of events."""

    partitions: int = Field(default=3, ge=1, le=1000)
    """How many consumers of one group can share it."""
    retention: Annotated[Duration, Within(Duration("1s"))] = Duration("168h")
    """How long events are kept."""


class Events(Model):
    """The engine of event streams and its topics."""

    engine: Literal["redis", "kafka"] = "redis"
    """Redis Streams, the small default, or Kafka."""
    topics: dict[TopicName, Topic] = Field(default_factory=dict)
    """The topics by name."""
