"""An HTTP service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from scalewright.declaration.duration import Duration
from scalewright.declaration.metric import Backlog
from scalewright.declaration.model import Model, Unique
from scalewright.declaration.names import AppPath, EnvironmentName, HttpPath, ModuleName, QueueName, Use
from scalewright.declaration.pool import Pool
from scalewright.declaration.problem import Problem
from scalewright.declaration.process import no_platform_variables, pool_has_database
from scalewright.declaration.resources import Resources
from scalewright.declaration.scale import Scale
from scalewright.declaration.within import Within

if TYPE_CHECKING:
    from collections.abc import Iterator


class Probes(Model):
    """Paths that answer whether a replica has started, can take requests, and is alive."""

    startup: HttpPath = "/readyz"
    """Asked until it answers once."""
    readiness: HttpPath = "/readyz"
    """Whether to send requests: the dependencies count."""
    liveness: HttpPath = "/healthz"
    """Whether to leave it running: only the process counts, or a slow database would restart every replica."""


class Service(Model):
    """An ASGI application, served by a number of replicas behind the gateway."""

    app: AppPath = Field(examples=["shop.orders.main:app"])
    """The application as package.module:attribute."""
    routes: Annotated[list[HttpPath], Field(min_length=1, examples=[["/orders"]]), Unique]
    """Path prefixes whose requests it gets."""
    processes: int = Field(default=1, ge=1, le=64)
    """Server processes in each replica."""
    uses: Annotated[list[Use], Unique] = Field(default_factory=list)
    """Parts of the backend that it is given access to."""
    sends: Annotated[list[QueueName], Unique] = Field(default_factory=list)
    """Queues that it puts tasks into."""
    database: Pool | None = None
    """Its connection pool; the application's own default if unset."""
    outbox: ModuleName | None = Field(default=None, examples=["shop.orders.relay"])
    """A module that `python -m` runs to carry tasks from the service's outbox table to the broker."""
    scale: Scale = Scale()
    """How many replicas."""
    environment: dict[EnvironmentName, str] = Field(default_factory=dict)
    """Further environment variables, none of them secret."""
    drain: Annotated[Duration, Within(Duration("0s"), Duration("1h"))] = Duration("30s")
    """How long a stopping replica may finish its requests."""
    probes: Probes = Probes()
    """Paths of its health checks."""
    resources: Resources | None = None
    """Requests and limits of each replica."""

    def contradictions(self) -> Iterator[Problem]:
        """Check the settings of the service against each other."""
        yield from no_platform_variables(self.environment)
        yield from pool_has_database(self.database, self.uses)
        yield from self._cannot_scale()
        yield from self._cannot_relay()

    def _cannot_relay(self) -> Iterator[Problem]:
        lacking = [name for name in ("postgres", "redis") if name not in self.uses]
        if self.outbox is not None and lacking:
            yield Problem(
                ("outbox",),
                self.outbox,
                f"it must come with {' and '.join(lacking)} in uses, because it reads the outbox from PostgreSQL and "
                "sends to Redis",
                f"Add {' and '.join(lacking)} to uses, or take outbox out",
                reads=(("uses",),),
            )
        if self.outbox is not None and not self.sends:
            yield Problem(
                ("outbox",),
                self.outbox,
                "it must come with sends, which name the queues that its tasks go to",
                "Add a queue to sends, or take outbox out",
                reads=(("sends",),),
            )

    def _cannot_scale(self) -> Iterator[Problem]:
        if self.scale.min == 0:
            yield Problem(
                ("scale", "min"),
                0,
                "it must be at least 1 for a service, because nothing else could answer the first request",
                "Raise min",
            )
        for index, metric in enumerate(self.scale.metrics):
            if isinstance(metric, Backlog):
                yield Problem(
                    ("scale", "metrics", index, "type"),
                    metric.type,
                    "it must be cpu, memory, requests or schedule for a service, because only workers have a backlog",
                    "Use requests",
                )
