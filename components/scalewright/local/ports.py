"""Free ports on loopback: chosen once, then kept."""

from __future__ import annotations

import random
import socket
from typing import TYPE_CHECKING

import psutil

from scalewright.local.errors import PlatformError
from scalewright.local.site import LOOPBACK

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

#: Below the ports that Linux (from 32768) and macOS (from 49152) lend to outgoing connections, which would take the
#: port of a process that is being restarted.
RANGE = range(20000, 30000)


def allocate(
    names: Iterable[str], saved: Mapping[str, int], held: Collection[int], seed: str, *, declared: Collection[int] = ()
) -> dict[str, int]:
    """Return a port for each name: the saved one, unless it is taken and not `held` by a process of ours.

    Ports that are `declared` for something else are left to it.

    The search starts at a place that `seed` decides, so that two projects seldom look at the same ports.
    """
    kept = {name: saved[name] for name in names if name in saved and saved[name] not in declared}
    chosen = {name: port for name, port in kept.items() if port in held or is_free(port)}
    candidates = iter(random.Random(seed).sample(RANGE, len(RANGE)))  # noqa: S311 - not a secret
    for name in names:
        if name not in chosen:
            chosen[name] = _next(candidates, {*saved.values(), *chosen.values(), *declared})
    return {name: chosen[name] for name in names}


def _next(candidates: Iterable[int], taken: Collection[int]) -> int:
    for port in candidates:
        if port not in taken and is_free(port):
            return port
    raise PlatformError(f"no port from {RANGE.start} to {RANGE.stop - 1} is free on {LOOPBACK}. Stop what uses them")


def is_free(port: int) -> bool:
    """Whether a server could listen on this port of the loopback address."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def holder(port: int) -> str | None:
    """Name the process that listens on a port, as far as the system lets us see it."""
    try:
        connections = psutil.net_connections("tcp")
    except psutil.AccessDenied:  # macOS shows this to root only
        return None
    for connection in connections:
        listens = connection.status == psutil.CONN_LISTEN and connection.laddr and connection.laddr.port == port
        if listens and connection.pid:
            try:
                return f"{psutil.Process(connection.pid).name()} (pid {connection.pid})"
            except psutil.Error:
                return f"pid {connection.pid}"
    return None


def require_free(port: int, setting: str) -> None:
    """Raise PlatformError if a declared port is taken."""
    if not is_free(port):
        by = holder(port)
        raise PlatformError(
            f"{setting} is {port}, but that port of {LOOPBACK} is taken"
            f"{f' by {by}' if by else ''}. Stop that process, or declare another port"
            if port >= 1024 or by
            else f"{setting} is {port}, which only root may use here. Declare a port of at least 1024"
        )
