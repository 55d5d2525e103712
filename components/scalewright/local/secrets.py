"""Secrets of the local platform: made on the first start, kept as files of the state folder."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from scalewright.local.state import write

if TYPE_CHECKING:
    from scalewright.local.state import State

#: Passwords and keys, each of 192 random bits in characters that no file format has to escape.
GENERATED = (
    "postgres-superuser",
    "postgres-owner",
    "postgres-replication",
    "redis",
    "object-store-access-key",
    "object-store-secret-key",
)


def ensure(state: State) -> None:
    """Make the secrets that are missing; those that exist are kept."""
    for name in GENERATED:
        path = state / f"secrets/{name}"
        if not path.exists():
            write(path, secrets.token_urlsafe(24))
    # rclone reads its pairs as CSV, where the comma within a pair has to be quoted.
    pair = f'"{read(state, "object-store-access-key")},{read(state, "object-store-secret-key")}"'
    write(state / "secrets/object-store-auth", pair)


def read(state: State, name: str) -> str:
    """Return the value of a secret."""
    return (state / f"secrets/{name}").read_text()
