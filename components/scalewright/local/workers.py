"""Celery workers as processes, one a replica."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from scalewright.local import application
from scalewright.plan.records import HeartbeatHealth, Process, Stop

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scalewright.declaration import Backend, Workers
    from scalewright.local.site import Site


def replicas(name: str, counts: Mapping[str, int]) -> tuple[str, ...]:
    """Return the names of the replicas of one pool of workers, given how many there are of each noun."""
    return tuple(f"{name}-worker-{number}" for number in range(1, counts[f"workers.{name}"] + 1))


def processes(backend: Backend, site: Site) -> Iterator[Process]:
    """Yield the replicas of each pool of workers, and its beat where it has one."""
    for name, workers in backend.workers.items():
        for replica in replicas(name, site.replicas):
            yield _replica(backend, site, name, workers, replica)
        if workers.beat:
            yield _beat(backend, site, name, workers)


def _replica(backend: Backend, site: Site, name: str, workers: Workers, replica: str) -> Process:
    heartbeat = site.heartbeat(replica)
    return Process(
        name=replica,
        noun=f"workers.{name}",
        command=(
            *(site.python, "-m", "celery", "-A", workers.app, "worker", "-Q", ",".join(workers.queues)),
            # A prefetching worker hides the backlog by which it is scaled.
            *("-c", str(workers.concurrency), "-n", f"{replica}@%h", "--disable-prefetch"),
            *("--without-gossip", "--without-mingle", "--loglevel", "INFO"),
        ),
        environment={
            **application.environment(backend, site, name, workers, instance=replica, pool=workers.database),
            "HEALTH_FILE": heartbeat,
        },
        directory=str(site.project / backend.source),
        health=HeartbeatHealth(file=heartbeat),
        depends_on=application.after(backend, (*workers.uses, "redis")),
        source=site.sources.get(workers.app),
        # A warm shutdown finishes the task at hand.
        stop=Stop(seconds=math.ceil(workers.longest_task.seconds) + 10),
    )


def _beat(backend: Backend, site: Site, name: str, workers: Workers) -> Process:
    """Return the process that sends tasks when they are due; it remembers when it last did."""
    beat = f"{name}-beat"
    heartbeat = site.heartbeat(beat)
    return Process(
        name=beat,
        noun=f"workers.{name}",
        command=(
            *(site.python, "-m", "celery", "-A", workers.app, "beat", "--schedule", str(site.state / f"run/{beat}.db")),
            *("--pidfile", "", "--loglevel", "INFO"),
        ),
        environment={
            **application.environment(backend, site, name, workers, instance=beat, pool=workers.database),
            "HEALTH_FILE": heartbeat,
        },
        directory=str(site.project / backend.source),
        health=HeartbeatHealth(file=heartbeat),
        depends_on=application.after(backend, (*workers.uses, "redis")),
        source=site.sources.get(workers.app),
        stop=Stop(seconds=10),
    )
