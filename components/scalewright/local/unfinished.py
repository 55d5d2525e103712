"""What a restore leaves that was killed: databases beside the one in use, and an owner who may not log in."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from scalewright.local import health

if TYPE_CHECKING:
    from pathlib import Path

    from scalewright.local.state import State

#: Beside the primary's data folder while a restore is under way; who finds it otherwise has to clear up.
MARK = ".restoring"
#: Seconds that a statement may take: to drop a database waits for every process of the server, which may be frozen.
PATIENCE = 10


def scratch(database: str) -> str:
    """Return the name of the database that is filled by a restore."""
    return f"{database}_restore"


def replaced(database: str) -> str:
    """Return the name that a database has from the moment in which it is replaced until it is dropped."""
    return f"{database}_replaced"


def clearing(database: str) -> list[str]:
    """Return the statements that clear up, whether there is something or not: first of all the owner is let in."""
    return [
        f'ALTER ROLE "{database}" CONNECTION LIMIT -1',
        *(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)' for name in (scratch(database), replaced(database))),
    ]


def mark(state: State) -> Path:
    """Return the path of the mark."""
    return (state / "data/postgres").with_suffix(MARK)


def clear(state: State, port: int, database: str) -> None:
    """Clear up on a server that runs, where there is a mark.

    The mark stays where that server does not let us, for its next start and the next command.
    """
    if not mark(state).exists():
        return
    import psycopg

    with suppress(psycopg.Error), health.connect(state, port) as connection:
        connection.execute(f"SET statement_timeout = {1000 * PATIENCE}".encode())
        for statement in clearing(database):
            connection.execute(statement.encode())
        mark(state).unlink()
