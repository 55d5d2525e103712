"""What the database of a stack holds, and what a dump of it holds."""

from __future__ import annotations

import re
import subprocess
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg

from scalewright.declaration import Programs
from scalewright.local import programs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.e2e.local.stack import Stack

Content = dict[str, list[tuple[str, ...]]]

TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
#: The outbox empties by itself: that a task is in it or in the broker is the relay's business.
PASSING = "outbox"


def binary(stack: Stack, name: str) -> Path:
    """Return a program of the PostgreSQL that runs the stack."""
    found = programs.find(["postgres"], Programs(), stack.folder / "data")
    return Path(found["postgres"].path, name)


@contextmanager
def superuser(stack: Stack, server: str = "postgres") -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    """Log in as the superuser."""
    with psycopg.connect(
        host="127.0.0.1",
        port=stack.saved_ports[server],
        user="postgres",
        dbname="postgres",
        password=(stack.folder / "secrets" / "postgres-superuser").read_text(),
        autocommit=True,
    ) as connection:
        yield connection


def databases(stack: Stack) -> set[str]:
    """Return the names of the databases that are no templates."""
    with superuser(stack) as connection:
        query = "SELECT datname FROM pg_database WHERE NOT datistemplate"
        return {name for (name,) in connection.execute(query).fetchall()}


def content(stack: Stack, server: str = "postgres") -> Content:
    """Return every row of every table."""
    tables = [table for (table,) in stack.query(server, TABLES) if table != PASSING]
    query = "SELECT row_to_json(one)::text FROM {} AS one ORDER BY 1"
    return {table: stack.query(server, query.format(table)) for table in tables}


def follows(stack: Stack, expected: Content) -> bool:
    """Whether the replica holds just that; it lets nobody in before it has replayed that the primary does."""
    try:
        return content(stack, "postgres-replica-1") == expected
    except psycopg.OperationalError:
        return False


def dumped(stack: Stack, dump: Path) -> dict[str, list[dict[str, str]]]:
    """Return every row of every table in a dump."""
    command = [binary(stack, "pg_restore"), "--data-only", "--file=-", dump]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    tables = {}
    for table, columns, rows in re.findall(
        r"^COPY public\.(\w+) \((.*)\) FROM stdin;\n((?:.*\n)*?)\\\.$", text, re.MULTILINE
    ):
        names = columns.split(", ")
        tables[table] = [dict(zip(names, row.split("\t"), strict=True)) for row in rows.splitlines()]
    return tables


def settled(stack: Stack) -> bool:
    """Whether every order is processed and no task waits."""
    unfinished = "SELECT (SELECT count(*) FROM orders WHERE status <> 'completed') + (SELECT count(*) FROM outbox)"
    return stack.query("postgres", unfinished) == [(0,)]


def healthy(stack: Stack) -> bool:
    """Whether all that is declared runs, and is healthy."""
    return {process["state"] for process in stack.status()["processes"]} == {"healthy"}
