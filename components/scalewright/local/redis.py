"""Redis as a process: the broker and cache, by Valkey or Redis."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright.local.site import LOOPBACK
from scalewright.plan.records import Process, RedisHealth, Stop

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.declaration import Backend, Redis
    from scalewright.local.site import Site

NAME = "redis"
CONFIG = "config/redis.conf"


def ports(backend: Backend) -> tuple[str, ...]:
    """Return the names of the ports that Redis needs."""
    return (NAME,) if backend.redis else ()


def environment(site: Site) -> dict[str, str]:
    """Return the variables by which an application finds Redis."""
    return {
        "REDIS_URL": f"redis://{LOOPBACK}:{site.ports[NAME]}/0",
        "REDIS_PASSWORD_FILE": site.secret("redis"),
    }


def processes(backend: Backend, site: Site) -> Iterator[Process]:
    """Yield the server, if one is declared."""
    if backend.redis is None:
        return
    yield Process(
        name=NAME,
        noun="redis",
        command=(site.programs["redis"], str(site.state / CONFIG)),
        directory=site.data(NAME),
        port=site.ports[NAME],
        health=RedisHealth(port=site.ports[NAME]),
        files={CONFIG: _configuration(backend.redis, site)},
        stop=Stop(seconds=15),
    )


def _configuration(redis: Redis, site: Site) -> str:
    return "\n".join(
        (
            f"bind {LOOPBACK}",
            f"port {site.ports[NAME]}",
            f'dir "{site.data(NAME)}"',
            "requirepass {{secret:redis}}",
            f"maxmemory {int(redis.memory)}",
            f"maxmemory-policy {redis.eviction}",
            f"appendonly {'yes' if redis.persistence else 'no'}",
            "appendfsync everysec",
            'save ""',
            "",
        )
    )
