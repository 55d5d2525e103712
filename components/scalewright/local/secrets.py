"""Secrets of the local platform: made on the first start, kept as files of the state folder."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from scalewright.local.errors import PlatformError
from scalewright.local.state import write

if TYPE_CHECKING:
    from collections.abc import Iterable

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


def require(state: State) -> None:
    """Raise PlatformError if a secret is lost with which something runs: that would not know a new one."""
    if lost := _lost(state):
        raise _trouble(state, lost)


def _trouble(state: State, lost: Iterable[str]) -> PlatformError:
    paths = [str(state / f"secrets/{name}") for name in lost]
    return PlatformError(
        f"{', '.join(paths)} {'is' if len(paths) == 1 else 'are'} missing or empty, and what runs was started with the "
        "secret. Run `scalewright down`, then `scalewright up`, which makes a new one; the data is kept"
    )


def ensure(state: State) -> None:
    """Make the secrets that are missing or empty; the others are kept."""
    for name in _lost(state):
        write(state / f"secrets/{name}", secrets.token_urlsafe(24))
    # rclone reads its pairs as CSV, where the comma within a pair has to be quoted.
    pair = f'"{read(state, "object-store-access-key")},{read(state, "object-store-secret-key")}"'
    write(state / "secrets/object-store-auth", pair)


def _lost(state: State) -> list[str]:
    paths = {name: state / f"secrets/{name}" for name in GENERATED}
    return [name for name, path in paths.items() if not path.exists() or not path.stat().st_size]


def read(state: State, name: str) -> str:
    """Return the value of a secret; raises PlatformError if it is lost."""
    try:
        return (state / f"secrets/{name}").read_text()
    except FileNotFoundError as error:
        raise _trouble(state, _lost(state)) from error
