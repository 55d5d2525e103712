"""Connections for requests: asyncpg behind SQLAlchemy's pool, with a limit on every wait."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from shop.kit.engine import CONNECT_TIMEOUT, POOL_TIMEOUT, server_url
from shop.kit.settings import PoolSettings
from shop.kit.telemetry import POOL_IN_USE

STATEMENT_TIMEOUT = 3  # seconds the server gives a statement of a request
COMMAND_TIMEOUT = 4  # seconds the client waits for any answer: also ends waits for a frozen server
IDLE_TIMEOUT = 300  # seconds after which the server closes a connection that nobody used


class Pool:
    """Connections of this process to one server, in autocommit mode: a statement is a transaction and one round trip.

    The pool keeps what it opened, overflow too: SQLAlchemy's own overflow is closed on return, so that a steady load
    above the pool's size would log in for every request. Connections are taken last in, first out, and those that a
    peak left over are closed by the server.

    There is no pre-ping, which would be one more round trip. asyncpg learns of a closed socket by itself, so a
    connection that died while idle is replaced as it is taken.
    """

    def __init__(self, settings: PoolSettings, url: str, name: str) -> None:
        self.name = name
        self._in_use = POOL_IN_USE.labels(server=name)
        self._engine = create_async_engine(
            server_url(settings, url, "postgresql+asyncpg"),
            isolation_level="AUTOCOMMIT",
            pool_size=settings.database_pool_size + settings.database_pool_overflow,
            max_overflow=0,
            pool_timeout=POOL_TIMEOUT,
            pool_use_lifo=True,
            pool_reset_on_return=None,  # nothing to roll back in autocommit
            connect_args={
                "timeout": CONNECT_TIMEOUT,
                "command_timeout": COMMAND_TIMEOUT,
                "server_settings": {
                    "application_name": settings.instance_name,
                    "statement_timeout": f"{STATEMENT_TIMEOUT * 1000:.0f}ms",
                    "idle_session_timeout": f"{IDLE_TIMEOUT}s",
                },
            },
        )
        event.listen(self._engine.sync_engine, "checkout", _refuse_closed)

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[AsyncConnection]:
        """Take a connection for the time of a block; as the engine's own, without a task for the return."""
        connection = await self._engine.connect()
        self._in_use.inc()
        try:
            yield connection
        except (TimeoutError, asyncio.CancelledError):
            # The server may be frozen: the cancel of this statement would hold up whoever takes the connection next.
            await connection.invalidate()
            raise
        finally:
            self._in_use.dec()
            await connection.close()

    async def close(self) -> None:
        """Close all idle connections."""
        await self._engine.dispose()


def _refuse_closed(connection: Any, _record: Any, _proxy: Any) -> None:
    if connection.driver_connection.is_closed():
        raise DisconnectionError
