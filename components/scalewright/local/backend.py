"""A whole backend as processes: the plan of the local platform."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright.local import gateway, object_store, postgres, redis, service
from scalewright.local import workers as pools
from scalewright.plan.order import ordered

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scalewright.declaration import Backend
    from scalewright.local.site import Site
    from scalewright.plan.records import Process


def plan(backend: Backend, site: Site) -> tuple[Process, ...]:
    """Return every process in an order in which it can be started. Pure: the same inputs give the same plan."""
    return ordered(
        (
            *postgres.processes(backend, site),
            *redis.processes(backend, site),
            *object_store.processes(backend, site),
            *pools.processes(backend, site),
            *service.processes(backend, site),
            *gateway.processes(backend, site),
        )
    )


def ports(backend: Backend, replicas: Mapping[str, int]) -> tuple[str, ...]:
    """Return the names of the free ports that the plan needs; the gateway's own port is declared."""
    return (
        *postgres.ports(backend),
        *redis.ports(backend),
        *object_store.ports(backend),
        *service.ports(backend, replicas),
        *gateway.ports(backend),
    )


def programs(backend: Backend) -> tuple[str, ...]:
    """Return the names of the server programs that the plan needs."""
    needed = {
        "postgres": backend.postgres,
        "redis": backend.redis,
        "traefik": backend.gateway,
        "rclone": backend.object_store,
    }
    return tuple(name for name, declared in needed.items() if declared is not None)


def sources(backend: Backend) -> dict[str, str]:
    """Return what code each part runs: the key by which a plan looks its digest up, and the module or folder."""
    services, workers = backend.services.values(), backend.workers.values()
    modules = [*(one.app for one in services), *(one.outbox for one in services), *(one.app for one in workers)]
    found = {module: module for module in modules if module}
    if backend.postgres and backend.postgres.seed:
        found["seed"] = backend.postgres.seed
    if backend.postgres and backend.postgres.migrations:
        found["migrations"] = backend.postgres.migrations
    return found
