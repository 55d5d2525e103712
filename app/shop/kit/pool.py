"""Connections for requests: asyncpg, with a limit on every wait."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from sqlalchemy import Executable

from shop.kit.engine import CONNECT_TIMEOUT, POOL_TIMEOUT
from shop.kit.settings import PoolSettings
from shop.kit.statement import Parameters, compiled
from shop.kit.telemetry import POOL_IN_USE
from shop.kit.wal import Position

STATEMENT_TIMEOUT = 3  # seconds the server gives a statement of a request
COMMAND_TIMEOUT = 4  # seconds the client waits for any answer: also ends waits for a frozen server
IDLE_TIMEOUT = 300  # seconds after which the server closes a connection that nobody used

AnyRow = Sequence[Any]
Rows = Sequence[AnyRow]


class PoolTimeoutError(Exception):
    """Every connection was in use for as long as a request waits for one."""


class Connection(asyncpg.Connection):  # type: ignore[misc]
    """A connection in autocommit mode: a statement is a transaction and one round trip."""

    replayed: Position | None = None  # what the replica at its other end is known to have replayed

    async def run(self, statement: Executable, parameters: Parameters) -> Rows:
        """Run one statement; the server prepares it the first time."""
        known = compiled(statement)
        rows: Rows = await self.fetch(known.sql, *known.arguments(parameters))
        return rows


class Pool:
    """Connections of this process to one server, opened as they are needed and kept, overflow too.

    asyncpg's own pool starts a task for every return and, before Python 3.12, one for every wait with a limit.

    Connections are taken last in, first out, and those that a peak left over are closed by the server. There is no
    pre-ping, which would be one more round trip. asyncpg learns of a closed socket by itself, so a connection that
    died while idle is replaced as it is taken.
    """

    def __init__(self, settings: PoolSettings, url: str, name: str) -> None:
        self.name = name
        self._in_use = POOL_IN_USE.labels(server=name)
        self._turns = asyncio.Semaphore(settings.database_pool_size + settings.database_pool_overflow)
        self._idle: list[Connection] = []
        self._server = {
            "dsn": url,
            "password": settings.database_password.get_secret_value(),
            "timeout": CONNECT_TIMEOUT,
            "command_timeout": COMMAND_TIMEOUT,
            "connection_class": Connection,
            "server_settings": {
                "application_name": settings.instance_name,
                "statement_timeout": f"{STATEMENT_TIMEOUT * 1000:.0f}ms",
                "idle_session_timeout": f"{IDLE_TIMEOUT}s",
            },
        }

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """Take a connection for the time of a block; `PoolTimeoutError` when none becomes free."""
        await self._take_turn()
        try:
            connection = self._taken() or await asyncpg.connect(**self._server)
            self._in_use.inc()
            try:
                yield connection
            except (TimeoutError, asyncio.CancelledError):
                # The server may be frozen: the cancel of this statement would hold up who takes the connection next.
                # If it is not, it ends the statement by its own timeout.
                connection.terminate()
                raise
            except (asyncpg.InterfaceError, asyncpg.InternalClientError) as error:
                # The server said goodbye while the connection was idle, and asyncpg has not yet come to close it.
                if isinstance(error, asyncpg.InterfaceError) and not connection.is_closed():
                    raise
                connection.terminate()
                raise ConnectionResetError(f"the {self.name} has closed the connection") from error
            finally:
                self._in_use.dec()
                self._idle.append(connection)
        finally:
            self._turns.release()

    async def close(self) -> None:
        """Close all idle connections; asyncpg drops those whose server does not say goodbye in time."""
        closing = []
        while connection := self._taken():
            closing.append(connection.close(timeout=CONNECT_TIMEOUT))
        await asyncio.gather(*closing, return_exceptions=True)

    async def _take_turn(self) -> None:
        if not self._turns.locked():  # no wait, so no timer, which costs more than all the rest here
            await self._turns.acquire()
            return
        try:
            async with asyncio.timeout(POOL_TIMEOUT):
                await self._turns.acquire()
        except TimeoutError as error:
            raise PoolTimeoutError(f"all connections to the {self.name} were in use for {POOL_TIMEOUT} s") from error

    def _taken(self) -> Connection | None:
        """Take the connection that was used last, of those that are still open."""
        while self._idle:
            connection = self._idle.pop()
            if not connection.is_closed():
                return connection
        return None
