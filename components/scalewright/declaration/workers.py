"""Background work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from scalewright.declaration.duration import Duration
from scalewright.declaration.metric import Backlog, Requests, Schedule
from scalewright.declaration.model import Model, Unique
from scalewright.declaration.names import AppPath, EnvironmentName, QueueName, Use
from scalewright.declaration.pool import Pool
from scalewright.declaration.problem import Problem
from scalewright.declaration.process import no_platform_variables, pool_has_database
from scalewright.declaration.resources import Resources
from scalewright.declaration.scale import Scale
from scalewright.declaration.within import Within

if TYPE_CHECKING:
    from collections.abc import Iterator


class Workers(Model):
    """A Celery application that works off queues, by a number of replicas."""

    app: AppPath = Field(examples=["shop.worker:celery"])
    """The application as package.module:attribute."""
    queues: Annotated[list[QueueName], Field(min_length=1, examples=[["orders"]]), Unique]
    """Queues whose tasks it does."""
    concurrency: int = Field(default=1, ge=1, le=256)
    """Tasks that each replica does at once, each in a process of its own."""
    uses: Annotated[list[Use], Unique] = Field(default_factory=list)
    """Parts of the backend that it is given access to."""
    database: Pool | None = None
    """Its connection pool; the application's own default if unset."""
    scale: Scale = Scale()
    """How many replicas."""
    longest_task: Annotated[Duration, Within(Duration("1s"), Duration("24h"))] = Duration("30s")
    """How long one task may take.

    It bounds how soon the task of a lost worker is given to another, and how long a stopping worker may finish.
    """
    beat: bool = False
    """Whether one `celery beat` runs beside them, and sends the tasks of the application's `beat_schedule` when due."""
    environment: dict[EnvironmentName, str] = Field(default_factory=dict)
    """Further environment variables, none of them secret."""
    resources: Resources | None = None
    """Requests and limits of each replica."""

    def contradictions(self) -> Iterator[Problem]:
        """Check the settings of the workers against each other."""
        yield from no_platform_variables(self.environment)
        yield from pool_has_database(self.database, self.uses)
        wakes = any(isinstance(metric, Backlog | Schedule) for metric in self.scale.metrics)
        if self.scale.min == 0 and not wakes:
            yield Problem(
                ("scale", "min"),
                0,
                "it must be at least 1 without a metric of type backlog or schedule, because nothing else could wake "
                "the first worker",
                "Raise min, or add such a metric",
                reads=(("scale", "metrics"),),
            )
        for index, metric in enumerate(self.scale.metrics):
            if isinstance(metric, Requests):
                yield Problem(
                    ("scale", "metrics", index, "type"),
                    metric.type,
                    "it must be cpu, memory, backlog or schedule for workers, because only services get requests",
                    "Use backlog",
                )
