"""The cache and broker."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Literal, TypeAlias

from pydantic import Field

from scalewright.declaration.external import ExternalRedis
from scalewright.declaration.model import Model
from scalewright.declaration.problem import Problem
from scalewright.declaration.quantity import Quantity
from scalewright.declaration.resources import Resources, Size

if TYPE_CHECKING:
    from collections.abc import Iterator

HEADROOM = {True: Fraction(2), False: Fraction(5, 4)}
"""How much memory a server needs for each byte of data, by persistence.

A rewrite of the append-only file forks, and every page that is written meanwhile exists twice. Without one there are
still buffers of clients, and fragmentation.
"""

Eviction: TypeAlias = Literal[
    "noeviction",
    "allkeys-lru",
    "allkeys-lfu",
    "allkeys-random",
    "volatile-lru",
    "volatile-lfu",
    "volatile-random",
    "volatile-ttl",
]
"""Values of `maxmemory-policy`: https://valkey.io/topics/lru-cache/"""


class RedisCache(Model):
    """A server for what can be made again: it keeps nothing on disk, and forgets what was not used for long."""

    memory: Size = Quantity("64Mi")
    """Memory for data (`maxmemory`)."""
    eviction: Eviction = "allkeys-lru"
    """What is forgotten when memory is full."""
    resources: Resources | None = None
    """Requests and limits; by default enough for `memory`."""

    def contradictions(self) -> Iterator[Problem]:
        """Refuse less memory than the data needs."""
        yield from too_small(self.resources, self.memory, persistence=False)


class Redis(Model):
    """A server that speaks the protocol of Redis (Valkey where there is a choice)."""

    memory: Size = Quantity("256Mi")
    """Memory for data (`maxmemory`)."""
    persistence: bool = True
    """Whether every write goes to an append-only file, so that a restart loses no queued task. A broker needs it."""
    eviction: Eviction = "noeviction"
    """What happens when memory is full. A broker must not evict: what it would evict are tasks."""
    storage: Size = Quantity("1Gi")
    """Disk for the append-only file."""
    instances: int = Field(default=1, ge=1, le=9)
    """The primary and its replicas together: 1, or at least 3, where sentinels choose another when it is lost."""
    tls: bool = False
    """Whether connections are encrypted, with certificates by cert-manager of an authority that is made for them alone.

    While it changes, servers and applications wait for each other until all of them have changed.
    """
    cache: RedisCache | None = None
    """A server of its own for the cache; by default the broker is the cache, too."""
    external: ExternalRedis | None = None
    """A server that somebody else runs, instead of one that is made."""
    resources: Resources | None = None
    """Requests and limits of each instance; by default enough for `memory`."""

    def contradictions(self) -> Iterator[Problem]:
        """Refuse a number that has no majority, too little memory, and what is asked of a server that is not made."""
        yield from too_small(self.resources, self.memory, persistence=self.persistence)
        if self.instances == 2:
            yield Problem(
                ("instances",),
                2,
                "it must be 1, or at least 3: when one of two is lost, the other is no majority and cannot take over",
                "Set it to 3",
            )
        if self.instances > 1 and not self.persistence:
            yield Problem(
                ("persistence",),
                False,
                f"it must be true while instances is {self.instances}: a primary that starts empty empties all others",
                "Take persistence out",
                reads=(("instances",),),
            )
        if self.external is None:
            return
        asked: dict[str, tuple[object, bool]] = {
            "instances": (self.instances, self.instances > 1),
            "tls": (self.tls, self.tls),
            "cache": (self.cache and self.cache.model_dump(mode="json", exclude_unset=True), self.cache is not None),
        }
        for name, (value, is_set) in asked.items():
            if is_set:
                bound = "it must not be set beside external, where somebody else decides it"
                remedy = f"Set redis.{name} to null"
                yield Problem((name,), value, bound, remedy, reads=(("external",),))


def too_small(resources: Resources | None, memory: Quantity, *, persistence: bool) -> Iterator[Problem]:
    """Refuse a memory limit that data of this size would exceed, so that the kernel ends the server."""
    needed = memory * HEADROOM[persistence]
    if resources is not None and resources.memory < needed:
        reason = "a rewrite of the append-only file forks" if persistence else "buffers need room, too"
        yield Problem(
            ("resources", "memory"),
            str(resources.memory),
            f"it must be at least {needed}, because the data may take {memory} and {reason}",
            "Raise it, or lower memory",
            reads=(("memory",),),
        )
