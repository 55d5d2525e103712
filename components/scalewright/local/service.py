"""Services as processes: API replicas, and the relay of an outbox."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from scalewright.declaration.pool import RELAY
from scalewright.local import application, redis
from scalewright.local.site import LOOPBACK
from scalewright.plan.records import HeartbeatHealth, HttpHealth, Process, Stop

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scalewright.declaration import Backend, Service
    from scalewright.local.site import Site


def replicas(name: str, counts: Mapping[str, int]) -> tuple[str, ...]:
    """Return the names of a service's replicas, given how many there are of each noun."""
    return tuple(f"{name}-{number}" for number in range(1, counts[f"services.{name}"] + 1))


def all_replicas(backend: Backend, counts: Mapping[str, int]) -> tuple[str, ...]:
    """Return the names of the replicas of every service."""
    return tuple(replica for name in backend.services for replica in replicas(name, counts))


def surge(name: str) -> str:
    """Return the name of the replica that a service has more while its others are replaced."""
    return f"{name}-surge"


def ports(backend: Backend, counts: Mapping[str, int]) -> tuple[str, ...]:
    """Return the names of the ports that the services need."""
    return (*all_replicas(backend, counts), *map(surge, backend.services))


def processes(backend: Backend, site: Site) -> Iterator[Process]:
    """Yield the replicas of each service, and its relay where it has an outbox."""
    for name, service in backend.services.items():
        for replica in replicas(name, site.replicas):
            yield _replica(backend, site, name, service, replica)
        if service.outbox:
            yield _relay(backend, site, name, service)


def surges(backend: Backend, site: Site) -> dict[str, Process]:
    """Return the replica that stands in while those of a service are replaced, by noun; it is in no plan."""
    return {
        f"services.{name}": _replica(backend, site, name, service, surge(name))
        for name, service in backend.services.items()
    }


def _replica(backend: Backend, site: Site, name: str, service: Service, replica: str) -> Process:
    port = site.ports[replica]
    drain = math.ceil(service.drain.seconds)
    environment = application.environment(backend, site, name, service, instance=replica, pool=service.database)
    prepare: tuple[str, ...] = ()
    if service.processes > 1:
        environment["METRICS_DIR"] = metrics = str(site.state / "run" / f"{replica}.metrics")
        # What the processes of an earlier start counted would be counted again.
        prepare = ("sh", "-c", 'rm -rf "$1" && mkdir "$1"', "sh", metrics)
    return Process(
        name=replica,
        noun=f"services.{name}",
        command=(
            *(site.python, "-m", "uvicorn", service.app, "--host", LOOPBACK, "--port", str(port)),
            *("--workers", str(service.processes), "--loop", "uvloop", "--http", "httptools"),
            *("--no-access-log", "--no-server-header", "--timeout-graceful-shutdown", str(drain)),
        ),
        environment=environment,
        directory=str(site.project / backend.source),
        port=port,
        health=HttpHealth(port=port, path=service.probes.startup),
        depends_on=application.after(backend, tuple(service.uses)),
        prepare=prepare,
        source=site.sources.get(service.app),
        stop=Stop(seconds=drain + 5),
    )


def _relay(backend: Backend, site: Site, name: str, service: Service) -> Process:
    assert service.outbox is not None  # noqa: S101
    relay = f"{name}-relay"
    environment = application.environment(backend, site, name, service, instance=relay, pool=RELAY)
    return Process(
        name=relay,
        noun=f"services.{name}",
        command=(site.python, "-m", service.outbox),
        environment={**environment, **redis.environment(site), "HEALTH_FILE": site.heartbeat(relay)},
        directory=str(site.project / backend.source),
        health=HeartbeatHealth(file=site.heartbeat(relay)),
        depends_on=application.after(backend, ("postgres", "redis")),
        source=site.sources.get(service.outbox),
        stop=Stop(seconds=15),
    )
