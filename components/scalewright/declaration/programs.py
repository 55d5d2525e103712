"""Which server programs the local platform starts."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from scalewright.declaration.model import Model
from scalewright.declaration.names import Matching

Program: TypeAlias = Annotated[
    str,
    Matching(
        r"machine|wheel|/[^\x00]*",
        'it must be "machine", "wheel" or an absolute path',
        "Give the path of the program or of the folder that holds the programs",
        longest=4096,
    ),
]
"""`machine`: installed on it; `wheel`: from the Python package; else a program or a folder of programs."""


class Programs(Model):
    """Where each server program comes from; unset, the first that is found and recent enough."""

    postgres: Program | None = None
    """PostgreSQL 15 or newer: the folder that holds `postgres` and `initdb`."""
    redis: Program | None = None
    """Valkey 8 or newer, or Redis 7 or newer."""
    traefik: Program | None = None
    """Traefik 3 or newer."""
    rclone: Program | None = None
    """rclone, which serves the object store."""
