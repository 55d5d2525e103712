"""Clients of the servers that run: psql, valkey-cli or redis-cli, each logged in as the application is."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from scalewright.local import health, postgres, programs, redis, secrets
from scalewright.local.errors import PlatformError
from scalewright.local.running import observe
from scalewright.local.site import LOOPBACK

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scalewright.declaration import Backend
    from scalewright.local.platform import LocalPlatform
    from scalewright.local.programs import Program
    from scalewright.local.running import Running
    from scalewright.local.state import State
    from scalewright.plan.records import Process

REDIS_CLIENTS = ("valkey-cli", "redis-cli")


@dataclass(frozen=True)
class Client:
    """A program to run in place of this one; the password is in its environment, where only its user sees it."""

    command: tuple[str, ...]
    environment: Mapping[str, str]


def psql(platform: LocalPlatform, backend: Backend, server: str, arguments: Sequence[str] = ()) -> Client:
    """Return psql for one PostgreSQL server; raises PlatformError where that server does not accept connections."""
    port = _port(platform, server)
    require_postgres(platform.state, server, port)
    return Client(
        (f"{postgres_programs(platform.state, backend).path}/psql", *arguments),
        postgres_environment(platform.state, backend, port),
    )


def redis_server(platform: LocalPlatform) -> Process:
    """Return the record of Redis; raises PlatformError where it does not answer."""
    record = _running(platform, redis.NAME).record
    if not health.is_healthy(record.health, platform.state):
        raise PlatformError("redis does not answer. `scalewright doctor` looks for the cause")
    return record


def redis_cli(state: State, server: Process, arguments: Sequence[str]) -> Client | None:
    """Return the machine's client of Redis, the one beside the server first; None where it has none."""
    beside = str(Path(server.command[0]).parent)
    places = (shutil.which(name, path=path) for path in (beside, None) for name in REDIS_CLIENTS)
    program = next(filter(None, places), None)
    if program is None:
        return None
    password = secrets.read(state, "redis")
    return Client(
        (program, "-h", LOOPBACK, "-p", str(server.port), *arguments),
        {**os.environ, "REDISCLI_AUTH": password, "VALKEYCLI_AUTH": password},
    )


def postgres_programs(state: State, backend: Backend) -> Program:
    """Return the PostgreSQL that runs this environment."""
    return programs.find(["postgres"], backend.programs, state / "data")["postgres"]


def postgres_environment(state: State, backend: Backend, port: int) -> dict[str, str]:
    """Return the environment of a client that logs in as the owner of the database.

    No PG* variable of the caller has a say: https://www.postgresql.org/docs/current/libpq-envars.html
    """
    owner = postgres.database(backend)
    others = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return others | {
        "PGHOST": LOOPBACK,
        "PGPORT": str(port),
        "PGUSER": owner,
        "PGDATABASE": owner,
        "PGPASSWORD": secrets.read(state, "postgres-owner"),
        "PGSSLMODE": "disable",
        "PGGSSENCMODE": "disable",
        "PGCONNECT_TIMEOUT": "5",
    }


def primary_port(platform: LocalPlatform) -> int:
    """Return the port of the primary; raises PlatformError where it does not accept connections."""
    port = _port(platform, postgres.PRIMARY)
    require_postgres(platform.state, postgres.PRIMARY, port)
    return port


def require_postgres(state: State, server: str, port: int) -> None:
    """Raise PlatformError where a PostgreSQL server does not accept connections."""
    import psycopg

    try:
        health.connect(state, port).close()
    except psycopg.OperationalError as error:
        why = str(error).strip().splitlines()[-1].strip()
        raise PlatformError(
            f"{server} does not accept connections: {why}. `scalewright doctor` looks for the cause"
        ) from error


def _port(platform: LocalPlatform, server: str) -> int:
    port = _running(platform, server).record.port
    assert port is not None  # noqa: S101 - servers have one
    return port


def _running(platform: LocalPlatform, server: str) -> Running:
    running = observe(platform.state, platform.supervisor)
    environment = platform.state.environment
    if not running:
        raise PlatformError(f"{environment} is not running. Start it with `scalewright up {environment}`")
    now = running.get(server)
    if now is None:
        raise PlatformError(f"{server} is not running. Start it with `scalewright up {environment}`")
    if now.condition != "running":
        raise PlatformError(
            f"{server} is not running, but {now.condition}. `scalewright logs {server}` may tell why, and "
            f"`scalewright up {environment}` starts it again"
        )
    return now
