"""Put a dump in the place of the database: all of it, or nothing.

The dump is restored into a second database beside the one in use, and brought to the application's migrations. Only
when that is complete do the two change places.
"""

from __future__ import annotations

import os
import subprocess
import time
from typing import TYPE_CHECKING, LiteralString

from psycopg import sql

from scalewright.local import client, dump, health, postgres
from scalewright.local.errors import PlatformError
from scalewright.local.interrupt import Interrupt
from scalewright.local.launch import INHERITED
from scalewright.local.running import done_jobs

if TYPE_CHECKING:
    from collections.abc import Callable

    import psycopg

    from scalewright.declaration import Backend
    from scalewright.local.dump import Dump
    from scalewright.local.platform import LocalPlatform

    Connection = psycopg.Connection[tuple[object, ...]]

TICK = 0.02


def require_own(content: Dump, backend: Backend) -> None:
    """Raise PlatformError if a dump is of another application's database."""
    database = postgres.database(backend)
    if content.database != database:
        raise PlatformError(
            f"{content.file} is a dump of database {content.database}, and that of this backend is {database}. "
            "Name another dump"
        )


def restore(platform: LocalPlatform, backend: Backend, content: Dump, report: Callable[[str], None]) -> None:
    """Replace the database by a dump; `report` is told each stage.

    Raises PlatformError if the dump is damaged, does not fit, or the database does not answer: it is then as it was.
    """
    with platform.state.locked():
        port = client.primary_port(platform)
        names = _Names(postgres.database(backend))
        with health.connect(platform.state, port) as connection:
            connection.execute("SET statement_timeout = 0")
            _allow(connection, names.owner)  # a restore that was killed may have left it forbidden
            _drop(connection, names.scratch, names.replaced)
            try:
                report("restoring")
                _create(connection, names)
                _fill(platform, backend, port, content, names.scratch)
                report("migrating")
                _migrate(platform, content, names.scratch)
                connection.execute("CHECKPOINT")  # dropping a database makes one, for which clients would wait
                report("replacing")
                with Interrupt():
                    _replace(connection, names)
            finally:
                _drop(connection, names.scratch)


class _Names:
    """The database in use, whose owner has the same name; the one that is filled; the one that was replaced."""

    def __init__(self, database: str) -> None:
        self.database = self.owner = database
        self.scratch = f"{database}_restore"
        self.replaced = f"{database}_replaced"


def _fill(platform: LocalPlatform, backend: Backend, port: int, content: Dump, scratch: str) -> None:
    """Restore as the owner: a dump can do no more than the application could."""
    binaries = client.postgres_programs(platform.state, backend).path
    environment = {**client.postgres_environment(platform.state, backend, port), "LC_ALL": "C"}
    try:
        dump.run(
            binaries,
            "pg_restore",
            *("--dbname", scratch, "--no-owner", "--exit-on-error", str(content.file.resolve())),
            environment=environment,
        )
        dump.run(binaries, "psql", "-qX", "--dbname", scratch, "-c", "ANALYZE", environment=environment)
    except PlatformError as error:
        raise PlatformError(f"{content.file} cannot be restored: {error}. The database is as it was") from error


def _migrate(platform: LocalPlatform, content: Dump, scratch: str) -> None:
    """Bring an older dump to the application's migrations; those of a newer one are unknown, and refused."""
    job = done_jobs(platform.state).get("migrations")
    if job is None:
        return
    environment = {name: os.environ[name] for name in INHERITED if name in os.environ}
    environment |= {name: value for name, value in job.environment.items() if isinstance(value, str)}
    environment["DATABASE_URL"] = f"{environment['DATABASE_URL'].rpartition('/')[0]}/{scratch}"
    done = subprocess.run(
        job.command,
        cwd=job.directory,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines() or [f"status {done.returncode}"]
        raise PlatformError(
            f"{content.file} does not fit the application's migrations: {said[-1]}. The database is as it was; restore "
            "with the version of the application that made the dump, or a later one"
        )


def _replace(connection: Connection, names: _Names) -> None:
    """Let the two databases change places.

    Meanwhile the owner may not log in: clients are told that there are too many connections, and try again. That ends
    when the old database is gone from the primary: a replica that has replayed a later write has then dropped it, and
    with it the connections on which it would still be read.
    """
    connection.execute(_statement("ALTER ROLE {} CONNECTION LIMIT 0", names.owner))
    try:
        _disconnect(connection, names.database)
        with connection.transaction():
            connection.execute(_statement("ALTER DATABASE {} RENAME TO {}", names.database, names.replaced))
            connection.execute(_statement("ALTER DATABASE {} RENAME TO {}", names.scratch, names.database))
        _drop(connection, names.replaced)
    finally:
        _allow(connection, names.owner)


def _disconnect(connection: Connection, database: str) -> None:
    query = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = %s"
    while connection.execute(query, [database]).fetchone() != (0,):
        time.sleep(TICK)


def _allow(connection: Connection, owner: str) -> None:
    connection.execute(_statement("ALTER ROLE {} CONNECTION LIMIT -1", owner))


def _create(connection: Connection, names: _Names) -> None:
    connection.execute(_statement("CREATE DATABASE {} OWNER {} TEMPLATE template0", names.scratch, names.owner))


def _drop(connection: Connection, *databases: str) -> None:
    for database in databases:
        connection.execute(_statement("DROP DATABASE IF EXISTS {} WITH (FORCE)", database))


def _statement(text: LiteralString, *names: str) -> sql.Composed:
    return sql.SQL(text).format(*map(sql.Identifier, names))
