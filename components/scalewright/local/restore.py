"""Put a dump in the place of the database: all of it, or nothing.

The dump is restored into a second database beside the one in use, and brought to the application's migrations. Only
when that is complete do the two change places.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from contextlib import suppress
from typing import TYPE_CHECKING, LiteralString

from psycopg import sql

from scalewright.local import client, dump, health, postgres, unfinished
from scalewright.local.errors import PlatformError
from scalewright.local.interrupt import Interrupt
from scalewright.local.launch import INHERITED, die_with_parent
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
    import psycopg

    database = postgres.database(backend)
    with platform.state.locked():
        port = client.primary_port(platform)
        unfinished.clear(platform.state, port, database)  # of a restore before, which was killed
        unfinished.mark(platform.state).touch()
        try:
            with health.connect(platform.state, port) as connection:
                connection.execute("SET statement_timeout = 0")
                _restore(platform, backend, content, connection, report)
        except psycopg.Error as error:
            raise PlatformError(
                f"{content.file} cannot be restored: {_said(error)}. The database is as it was. Run "
                f"`scalewright up {platform.state.environment}`, then restore again"
            ) from error
        finally:
            with Interrupt():
                unfinished.clear(platform.state, port, database)


def _restore(
    platform: LocalPlatform, backend: Backend, content: Dump, connection: Connection, report: Callable[[str], None]
) -> None:
    database = postgres.database(backend)
    report("restoring")
    connection.execute(
        _statement("CREATE DATABASE {} OWNER {} TEMPLATE template0", unfinished.scratch(database), database)
    )
    try:
        _fill(platform, backend, client.primary_port(platform), content, unfinished.scratch(database))
        report("migrating")
        _migrate(platform, content, unfinished.scratch(database))
    except PlatformError:
        connection.execute("SELECT")  # raises where it was not the dump's fault: the server went away
        raise
    connection.execute("CHECKPOINT")  # dropping a database makes one, for which clients would wait
    report("replacing")
    with Interrupt():
        _replace(connection, database)


def _fill(platform: LocalPlatform, backend: Backend, port: int, content: Dump, scratch: str) -> None:
    """Restore as the owner: a dump can do no more than the application could."""
    binaries = client.postgres_programs(platform.state, backend).path
    environment = client.postgres_environment(platform.state, backend, port)
    try:
        arguments = ("--dbname", scratch, "--no-owner", "--exit-on-error", str(content.file.resolve()))
        dump.run(binaries, "pg_restore", *arguments, environment=environment)
        dump.run(binaries, "psql", "-qX", "--dbname", scratch, "-c", "ANALYZE", environment=environment)
    except PlatformError as error:
        raise PlatformError(
            f"{content.file} cannot be restored: {error}. The database is as it was; restore another backup"
        ) from error


def _migrate(platform: LocalPlatform, content: Dump, scratch: str) -> None:
    """Bring an older dump to the application's migrations; those of a newer one are unknown, and refused.

    An `upgrade` may let a newer one be, for the sake of who went back to an older release; `current` never does.
    """
    job = done_jobs(platform.state).get("migrations")
    if job is None:
        return
    environment = {name: os.environ[name] for name in INHERITED if name in os.environ}
    environment |= {name: value for name, value in job.environment.items() if isinstance(value, str)}
    environment["DATABASE_URL"] = f"{environment['DATABASE_URL'].rpartition('/')[0]}/{scratch}"
    *alembic, _upgrade, _head = job.command
    for command in ((*alembic, "current"), job.command):
        done = subprocess.run(
            command,
            cwd=job.directory,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            preexec_fn=lambda: die_with_parent(signal.SIGKILL),
            check=False,
        )
        if done.returncode:
            said = (done.stderr or done.stdout).strip().splitlines() or [f"status {done.returncode}"]
            raise PlatformError(
                f"{content.file} does not fit the application's migrations: {said[-1]}. The database is as it was; "
                "restore with the version of the application that made the dump, or a later one"
            )


def _replace(connection: Connection, database: str) -> None:
    """Let the two databases change places.

    Meanwhile the owner, who has the name of the database, may not log in: clients are told that there are too many
    connections, and try again. That ends when the old database is gone from the primary: a replica that has replayed a
    later write has then dropped it, and with it the connections on which it would still be read.
    """
    import psycopg

    connection.execute(_statement("ALTER ROLE {} CONNECTION LIMIT 0", database))
    try:
        _disconnect(connection, database)
        with connection.transaction():
            rename = "ALTER DATABASE {} RENAME TO {}"
            connection.execute(_statement(rename, database, unfinished.replaced(database)))
            connection.execute(_statement(rename, unfinished.scratch(database), database))
        connection.execute(f"SET statement_timeout = {1000 * unfinished.PATIENCE}".encode())
        with suppress(psycopg.Error):  # it is restored all the same; the next command or start clears up
            connection.execute(_statement("DROP DATABASE {} WITH (FORCE)", unfinished.replaced(database)))
    finally:
        connection.execute(_statement("ALTER ROLE {} CONNECTION LIMIT -1", database))


def _disconnect(connection: Connection, database: str) -> None:
    query = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = %s"
    deadline = time.monotonic() + unfinished.PATIENCE
    while connection.execute(query, [database]).fetchone() != (0,):
        if time.monotonic() > deadline:
            raise PlatformError(
                f"the database cannot be replaced: a connection to it did not end within {unfinished.PATIENCE} s. It "
                "is as it was. Look for what hangs in pg_stat_activity, then restore again"
            )
        time.sleep(TICK)


def _statement(text: LiteralString, *names: str) -> sql.Composed:
    return sql.SQL(text).format(*map(sql.Identifier, names))


def _said(error: psycopg.Error) -> str:
    lines = str(error).strip().splitlines()
    return lines[-1].strip() if lines else type(error).__name__
