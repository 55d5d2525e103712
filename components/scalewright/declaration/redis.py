"""The cache and broker."""

from __future__ import annotations

from typing import Literal, TypeAlias

from scalewright.declaration.model import Model
from scalewright.declaration.quantity import Quantity
from scalewright.declaration.resources import Resources, Size

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
    resources: Resources | None = None
    """Requests and limits."""
