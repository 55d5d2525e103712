"""What runs: the inputs that the examinations of a running environment share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scalewright.local import gateway, object_store, postgres, redis, service, workers
from scalewright.local.doctor.finding import go_on
from scalewright.local.running import done_jobs
from scalewright.plan.records import HttpHealth

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scalewright.declaration import Backend
    from scalewright.local.doctor.vitals import Vitals
    from scalewright.local.running import Running
    from scalewright.local.state import State


@dataclass(frozen=True)
class Away:
    """A process that others need and that does not work."""

    name: str
    how: str
    frozen: tuple[int, ...]

    @property
    def remedy(self) -> str:
        """The line that brings it back, or tells more."""
        return go_on(self.frozen) if self.frozen else f"scalewright logs {self.name}"

    def __str__(self) -> str:
        return f"{self.name}, which it needs, is {self.how}"


@dataclass(frozen=True)
class Scene:
    """The declaration that was brought up and how many replicas it has by noun, and what is seen of its processes."""

    state: State
    backend: Backend
    replicas: Mapping[str, int]
    running: Mapping[str, Running]
    vitals: Mapping[str, Vitals]
    supervisor: int

    def away(self, name: str) -> Away | None:
        """Return the first process that is away of those which a process cannot do without, those of others included.

        A job that comes between stands for what it depends on itself.
        """
        records = {**done_jobs(self.state), **{one: now.record for one, now in self.running.items()}}
        open_, seen = [name], {name}
        while open_:
            for needed in records[open_.pop()].depends_on:
                if needed in seen or needed not in records:
                    continue
                seen.add(needed)
                open_.append(needed)
                vitals = self.vitals.get(needed)
                if vitals and (vitals.frozen or vitals.condition != "running"):
                    return Away(needed, "frozen" if vitals.frozen else vitals.condition, vitals.frozen)
        return None

    def frozen(self, name: str) -> tuple[int, ...]:
        """The pids of a process and of those below it that a signal has stopped."""
        return self.vitals[name].frozen if name in self.vitals else ()

    @property
    def ports(self) -> set[int]:
        """The ports on which this environment's processes listen."""
        records = [now.record for now in self.running.values() if now.condition == "running"]
        health = {record.health.port for record in records if isinstance(record.health, HttpHealth)}
        return health | {record.port for record in records if record.port}

    @property
    def missing(self) -> list[str]:
        """The names of the processes that should run and that the supervisor does not know."""
        backend = self.backend
        expected = [
            *postgres.ports(backend),
            *redis.ports(backend),
            *object_store.ports(backend),
            *(name for pool in backend.workers for name in workers.replicas(pool, self.replicas)),
            *service.all_replicas(backend, self.replicas),
            *(f"{name}-relay" for name, one in backend.services.items() if one.outbox),
            *((gateway.NAME,) if backend.gateway else ()),
        ]
        return [name for name in expected if name not in self.running]

    @property
    def undone(self) -> list[str]:
        """The names of the jobs that are declared and were not done."""
        declared = self.backend.postgres
        jobs = {"migrations": declared.migrations, "seed": declared.seed} if declared else {}
        done = done_jobs(self.state)
        return [name for name, asked in jobs.items() if asked and name not in done]
