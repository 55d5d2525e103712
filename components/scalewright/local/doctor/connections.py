"""Connections of a PostgreSQL server: how many there may be, and who holds them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scalewright.local.doctor.finding import note, ok, trouble

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scalewright.local.doctor.finding import Finding

#: The clients by their application_name, and a few of their ports; the asking connection is none of them.
QUERY = """
SELECT coalesce(nullif(application_name, ''), 'an unnamed client'), count(*), count(*) FILTER (WHERE state = 'idle'),
       (array_agg(client_port))[1:3]
FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() GROUP BY 1 ORDER BY 2 DESC, 1
"""
#: Connections in all, and those of them that are kept for superusers.
LIMITS = "SELECT current_setting('max_connections')::int, current_setting('superuser_reserved_connections')::int"
NEARLY_FULL, FULL = 0.75, 0.95


@dataclass(frozen=True)
class Client:
    """Connections of one application name; `pids` are processes of this machine that hold some of them."""

    name: str
    count: int
    idle: int
    pids: tuple[int, ...] = ()


def judge(server: str, clients: list[Client], most: int, reserved: int) -> Finding:
    """Judge how many of those that an application may take are taken."""
    used, usable = sum(client.count for client in clients), most - reserved
    seen = f"{used} of {usable} connections used"
    if used < usable * NEARLY_FULL:
        return ok(server, seen)
    named = ", ".join(f"{client.name} {client.count} ({client.idle} idle)" for client in clients[:4])
    raised = f"scalewright up  # after raising postgres.max_connections ({most}) in the overlay"
    first = clients[0]
    strangers = [pid for client in clients[:1] for pid in client.pids]
    if used < usable * FULL:
        return note(server, f"{seen}: {named}", "further ones are refused when there are no more", raised)
    cause = f"too many connections: {first.name} holds {first.count} of them"
    remedy = f"kill {' '.join(map(str, strangers))}  # {first.name}" if strangers else raised
    return trouble(server, f"{seen}: {named}", cause, remedy)


def strangers(ports: Mapping[str, list[int]], ours: set[str]) -> dict[str, tuple[int, ...]]:
    """Return the pids of this machine's processes that hold connections, by application name, ours left out."""
    import psutil

    asked = {port: name for name, some in ports.items() if name not in ours for port in some if port}
    found: dict[str, set[int]] = {}
    try:
        connections = psutil.net_connections("tcp") if asked else []
    except psutil.AccessDenied:  # macOS shows this to root only
        return {}
    for connection in connections:
        if connection.laddr and connection.laddr.port in asked and connection.pid and connection.raddr:
            found.setdefault(asked[connection.laddr.port], set()).add(connection.pid)
    return {name: tuple(sorted(pids)) for name, pids in found.items()}
