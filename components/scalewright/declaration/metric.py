"""What a number of replicas can follow."""

from typing import Annotated, Literal, TypeAlias

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from scalewright.declaration.cron import Cron, TimeZone

# Dataclasses, for their one figure reads best by position: Cpu(50). Strictness is by field, because a strict
# dataclass would refuse the mapping that a stack file holds.
_settings = ConfigDict(extra="forbid", use_attribute_docstrings=True)

Percent: TypeAlias = Annotated[int, Field(strict=True, ge=1, le=1000, examples=[50])]


@dataclass(frozen=True, config=_settings)
class Cpu:
    """Processor use."""

    utilization: Percent
    """Target: percentage of the requested processor cores, averaged over the replicas."""
    type: Literal["cpu"] = Field(default="cpu", kw_only=True)
    """The kind of metric."""


@dataclass(frozen=True, config=_settings)
class Memory:
    """Memory use."""

    utilization: Percent
    """Target: percentage of the requested memory, averaged over the replicas."""
    type: Literal["memory"] = Field(default="memory", kw_only=True)
    """The kind of metric."""


@dataclass(frozen=True, config=_settings)
class Requests:
    """Rate of requests; for services."""

    per_replica: Annotated[float, Field(strict=True, gt=0, allow_inf_nan=False, examples=[100])]
    """Target: requests per second that each replica serves."""
    type: Literal["requests"] = Field(default="requests", kw_only=True)
    """The kind of metric."""


@dataclass(frozen=True, config=_settings)
class Backlog:
    """Length of the queues; for workers."""

    per_replica: Annotated[int, Field(strict=True, ge=1, examples=[50])]
    """Target: waiting tasks for each replica."""
    type: Literal["backlog"] = Field(default="backlog", kw_only=True)
    """The kind of metric."""


@dataclass(frozen=True, config=_settings)
class Schedule:
    """A stretch of time that comes again, with at least so many replicas."""

    start: Annotated[Cron, Field(strict=True, examples=["0 8 * * 1-5"])]
    """When it begins."""
    end: Annotated[Cron, Field(strict=True, examples=["0 18 * * 1-5"])]
    """When it ends."""
    replicas: Annotated[int, Field(strict=True, ge=0, examples=[2])]
    """How many replicas there are meanwhile, at the least."""
    timezone: Annotated[TimeZone, Field(strict=True)] = "UTC"
    """Where the clock hangs."""
    type: Literal["schedule"] = Field(default="schedule", kw_only=True)
    """The kind of metric."""


Metric: TypeAlias = Annotated[Cpu | Memory | Requests | Backlog | Schedule, Field(discriminator="type")]
"""Any of them; in a stack file by its type: `{type: cpu, utilization: 50}`."""

METRIC_TYPES = ("cpu", "memory", "requests", "backlog", "schedule")
