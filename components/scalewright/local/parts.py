"""What can be reset, by the names that a user gives it: a part of the backend, or one of its processes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scalewright.local import gateway, object_store, postgres, redis, replicas

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from scalewright.declaration import Backend
    from scalewright.local.state import State
    from scalewright.plan.records import Process

#: Beside a data folder lie files about it, which share its name: postgres.database, postgres-replica-1.pgpass.
BESIDE = r"(\.[a-z.]+)?"


@dataclass(frozen=True)
class Part:
    """The processes of one noun, or the one named `process` of them.

    `data` matches the names of what it keeps below ``data/``, `jobs` are those that have to be done to it. `loses` says
    in words what a reset takes away: nothing where there is no data, or where it is a copy.
    """

    name: str
    noun: str
    process: str | None = None
    data: str | None = None
    jobs: tuple[str, ...] = ()
    loses: str | None = None

    def holds(self, record: Process) -> bool:
        """Whether a process or job belongs to it."""
        return record.noun == self.noun and self.process in {None, record.name}

    def kept(self, state: State) -> list[Path]:
        """Return what it keeps: a primary after its copies, and then the records of its jobs."""
        if self.data is None:
            return []
        found = (path for path in (state / "data").glob("*") if re.fullmatch(self.data, path.name))
        records = (state / f"jobs/{name}.json" for name in self.jobs)
        return [
            *sorted(found, key=lambda path: (path.name == postgres.PRIMARY, path.name)),
            *(path for path in records if path.exists()),
        ]


def parts(backend: Backend) -> dict[str, Part]:
    """Return the parts of a backend by name."""
    return {part.name: part for part in (*_servers(backend), *_others(backend))}


def _servers(backend: Backend) -> Iterator[Part]:
    if backend.postgres:
        data, loses = f"{postgres.PRIMARY}(-replica-[0-9]+)?{BESIDE}", "the database and its replicas"
        yield Part(postgres.PRIMARY, "postgres", data=data, jobs=postgres.JOBS, loses=loses)
        for name in postgres.replicas(backend.postgres):
            yield Part(name, "postgres", process=name, data=name + BESIDE)
    if backend.redis:
        yield Part(redis.NAME, "redis", data=redis.NAME, loses="all keys of redis, waiting tasks included,")
    if backend.object_store:
        loses = f"all objects of the object store ({', '.join(backend.object_store.buckets)})"
        yield Part(object_store.NAME, "object_store", data=f"{object_store.NAME}(-cache)?", loses=loses)


def _others(backend: Backend) -> Iterator[Part]:
    for name, noun in replicas.names(backend).items():
        yield Part(name, noun)
    if backend.gateway:
        yield Part(gateway.NAME, "gateway")


def find(name: str, backend: Backend, running: Iterable[Process]) -> Part | None:
    """Return the part that a user calls by this name, or one process of a service or of workers that runs."""
    known = parts(backend)
    if name in known:
        return known[name]
    nouns = replicas.spoken(backend)
    if name in nouns:
        return next(part for part in known.values() if part.noun == nouns[name])
    processes = (record for record in running if record.name == name and record.noun in nouns)
    return next((Part(name, record.noun, process=name) for record in processes), None)
