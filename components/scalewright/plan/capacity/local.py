"""The same sums for the processes of one machine. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from scalewright.autoscaling.capacity import Account, Holder, Knobs, Line
from scalewright.autoscaling.remedies import judged
from scalewright.plan.capacity import shares
from scalewright.plan.capacity.addresses import POSTGRES, REDIS, addresses
from scalewright.plan.capacity.postgres import MAX_CONNECTIONS, SUPERUSER_RESERVED
from scalewright.plan.capacity.programs import processes as started
from scalewright.plan.capacity.redis import MAX_CLIENTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scalewright.autoscaling.capacity import Budget
    from scalewright.plan.capacity.addresses import Address
    from scalewright.plan.records import Process

#: What looks at a server without being a part of the backend: the supervisor's health check, and one of the commands
#: `status` and `doctor` at a time.
LOOKS = 2
_SETTINGS = {"postgres": r"^max_connections\s*=\s*'?(\d+)", "redis": r"^maxclients\s+(\d+)"}


def budgets_of_processes(processes: Sequence[Process]) -> tuple[Budget, ...]:
    """Return what the processes of a machine ask of each PostgreSQL and each Redis among them."""
    return tuple(judged(_account(server, processes)) for server in processes if _kind(server))


def _kind(server: Process) -> str:
    return server.health.type if server.health and server.health.type in _SETTINGS else ""


def _account(server: Process, processes: Sequence[Process]) -> Account:
    kind = _kind(server)
    name = {"postgres": "max_connections", "redis": "maxclients"}[kind]
    told = re.search(_SETTINGS[kind], "\n".join(server.files.values()), re.MULTILINE)
    default = {"postgres": MAX_CONNECTIONS, "redis": MAX_CLIENTS}[kind]
    groups = list(_groups(server, processes))
    return Account(
        name=f"{'connections to' if kind == 'postgres' else 'clients of'} {server.name}",
        unit="connections",
        bound=int(told[1]) if told else default,
        bound_from=f"{name} of {server.name}" + ("" if told else ", the default"),
        bound_knob="postgres.max_connections" if kind == "postgres" else f"maxclients of {server.name}",
        holders=tuple(holder for _, holder in groups if holder),
        fixed=tuple(_own(kind)),
        unknown=tuple(f"{name}: nothing says how many connections it opens" for name, one in groups if one is None),
        owner=(server.name,),
        path="files",
    )


def _own(kind: str) -> Iterator[Line]:
    if kind == "postgres":
        yield Line.product("reserved for superusers", ("superuser_reserved_connections", SUPERUSER_RESERVED))
    yield Line.product("health checks and `scalewright status`", ("connections", LOOKS))


def _groups(server: Process, processes: Sequence[Process]) -> Iterator[tuple[str, Holder | None]]:
    """Yield replicas of one part together, as far as they connect to a server."""
    found: dict[str, list[Process]] = defaultdict(list)
    for one in processes:
        if any(address.port == server.port for address in _addresses(one, _kind(server))):
            found[re.sub(r"-\d+$", "", one.name)].append(one)
    return ((name, _holder(name, of, _kind(server))) for name, of in found.items())


def _holder(name: str, of: Sequence[Process], kind: str) -> Holder | None:
    first = of[0]
    variables = _variables(first)
    program = started(first.command, variables)
    ends = first.kind == "job"
    share = (
        shares.of_redis(variables, program) if kind == "redis" else shares.of_database(variables, program, ends=ends)
    )
    if share is None:
        return None
    scales = first.noun.startswith(("services.", "workers.")) and name != first.name
    pooled = bool(scales and share.size_by and kind == "postgres")
    counted = "concurrency" if first.noun.startswith("workers.") else "processes"
    return Holder(
        name=name,
        noun="jobs" if ends else "replicas",
        replicas=len(of),
        # A service has one more replica while the others are replaced, workers have not.
        surge=1 if scales and first.noun.startswith("services.") else 0,
        processes=program.working,
        parents=program.parents,
        size=share.size,
        overflow=share.overflow,
        knobs=Knobs(
            replicas=f"{first.noun}.scale.max" if scales else "",
            processes=f"{first.noun}.{counted}" if scales else "",
            size=f"{first.noun}.database.size" if pooled else "",
            overflow=f"{first.noun}.database.overflow" if pooled else "",
        ),
    )


def _addresses(process: Process, kind: str) -> Iterator[Address]:
    return addresses(_variables(process), {"postgres": POSTGRES, "redis": REDIS}[kind])


def _variables(process: Process) -> dict[str, str]:
    """Return the variables of a process whose values are in its record."""
    return {name: value for name, value in process.environment.items() if isinstance(value, str)}
