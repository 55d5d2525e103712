"""Connections that a process keeps to the database."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from scalewright.declaration.model import Model


class Pool(Model):
    """The connection pool of each engine of each process."""

    size: int = Field(default=5, ge=1, le=1000)
    """Connections that are kept open."""
    overflow: int = Field(default=5, ge=0, le=1000)
    """Further connections under load, closed again after use."""
    reads: Literal["primary", "prefer-replica", "replica"] = "prefer-replica"
    """Where reads go: to the primary, to a replica if there is one, or to replicas only."""


RELAY = Pool(size=1, overflow=0, reads="primary")
"""What the relay of an outbox is told, whatever its service has: it does one thing at a time, on the primary."""
