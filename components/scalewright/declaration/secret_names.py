"""Secrets that an environment makes by itself: whoever gives one of that name would have it overwritten.

https://cloudnative-pg.io/documentation/current/applications/#secrets and
https://strimzi.io/docs/operators/latest/deploying#security-str name those that operators make.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scalewright.declaration.problem import Problem, dotted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from scalewright.declaration.backend import Backend
    from scalewright.declaration.problem import Path


def taken(backend: Backend, given: Mapping[str, Sequence[str]], path: Path = ()) -> Iterator[Problem]:
    """Yield a problem for each Secret, given with its keys at a path, that a part makes."""
    for name, keys in given.items():
        if part := _maker(backend, name):
            bound = f"it must not be named {name!r}, for {dotted(part)} makes the Secret of that name itself"
            yield Problem((*path, name), sorted(keys), bound, "Rename it, and name it where it is used", reads=(part,))


def _maker(backend: Backend, secret: str) -> Path | None:
    return next((part for part, names in _made(backend) if re.fullmatch(names, secret)), None)


def _made(backend: Backend) -> Iterator[tuple[Path, str]]:
    """Yield the parts that make Secrets, and the names of those."""
    if backend.postgres and not backend.postgres.external:
        yield ("postgres",), "postgres-(app|ca|pooler|replication|server|superuser)"
    if backend.redis and not backend.redis.external:
        yield ("redis",), "redis"
        if backend.redis.tls:
            yield ("redis", "tls"), "redis-ca|redis(-cache)?-tls"
    if backend.events and backend.events.engine == "kafka" and not backend.events.external:
        yield ("events",), "events-.+"
    if backend.gateway and backend.gateway.tls:
        yield ("gateway", "tls"), "gateway-tls"
