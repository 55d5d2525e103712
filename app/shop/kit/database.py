"""Statements of requests: writes to the primary, reads to a replica that is not behind the reader.

Read-your-writes: a write answers with its `Position` in the write-ahead log. A read that brings one is only
answered by a replica that has replayed it, else by the primary.
"""

import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass

from asyncpg import PostgresError
from sqlalchemy import Executable, text

from shop.kit.engine import is_outage
from shop.kit.pool import AnyRow, Connection, Pool, PoolTimeoutError, Rows
from shop.kit.resilience import answers_within
from shop.kit.settings import PoolSettings
from shop.kit.statement import Parameters
from shop.kit.wal import Position

logger = logging.getLogger(__name__)

# Where the next record goes; what is written or flushed may exclude a commit with synchronous_commit = off.
_WRITTEN = text("SELECT pg_current_wal_insert_lsn()::text")
_REPLAYED = text("SELECT pg_last_wal_replay_lsn()::text")
_PING = text("SELECT 1")


class DatabaseUnavailableError(Exception):
    """The database cannot be used now; the request may be tried again."""


class PoolExhaustedError(DatabaseUnavailableError):
    """Every connection of the pool was busy for the pool's timeout."""


@dataclass(slots=True)
class _Replica:
    COOLDOWN = 2.0  # seconds that a replica which failed is left alone

    pool: Pool
    resting_until: float = 0.0

    @property
    def available(self) -> bool:
        return time.monotonic() >= self.resting_until

    def rest(self) -> None:
        self.resting_until = time.monotonic() + self.COOLDOWN


class Database:
    """The primary and its replicas, as a service uses them.

    `database_reads` decides who answers reads: `primary`; `prefer-replica`, with the primary standing in when no
    replica can answer; `replica`, which keeps that load off the primary: when no replica can be reached, reads fail.
    In each mode the primary answers what no replica has replayed yet.
    """

    def __init__(self, settings: PoolSettings) -> None:
        urls = settings.database_replica_urls if settings.database_reads != "primary" else ()
        self._primary = Pool(settings, settings.database_url, "primary")
        self._replicas = [_Replica(Pool(settings, url, f"replica-{n}")) for n, url in enumerate(urls, start=1)]
        self._replicas_only = settings.database_reads == "replica" and bool(urls)
        self._turn = 0

    async def write(self, statement: Executable, parameters: Parameters) -> tuple[Rows, Position | None]:
        """Run and commit one statement on the primary; answer its rows and a position that includes it.

        The position is `None` if the server went away between the commit and the question: the write holds.
        """
        try:
            async with self._primary.connection() as connection:
                rows = await connection.run(statement, parameters)
                return rows, await _written(connection)
        except Exception as error:
            _raise_unavailable(error)
            raise

    async def read(self, statement: Executable, parameters: Parameters, *, after: Position | None = None) -> Rows:
        """Run one statement on a replica that has replayed `after`, else on the primary."""
        rows = await self._read_replica(statement, parameters, after)
        return await self.read_primary(statement, parameters) if rows is None else rows

    async def read_one(
        self, statement: Executable, parameters: Parameters, *, after: Position | None = None
    ) -> AnyRow | None:
        """Read the one row that `statement` identifies; a replica that misses it may be behind, so ask the primary."""
        rows = await self._read_replica(statement, parameters, after)
        if not rows:
            rows = await self.read_primary(statement, parameters)
        return rows[0] if rows else None

    async def read_primary(self, statement: Executable, parameters: Parameters) -> Rows:
        """Run one statement on the primary, for figures that must not be behind."""
        try:
            async with self._primary.connection() as connection:
                return await connection.run(statement, parameters)
        except Exception as error:
            _raise_unavailable(error)
            raise

    async def ping(self) -> None:
        """Ask the primary for an answer; a pool that is merely busy counts as one."""
        try:
            await self.read_primary(_PING, {})
        except PoolExhaustedError:
            return

    async def ping_replicas(self, *, within: float) -> list[bool]:
        """Whether each replica answers within as many seconds, those in their cool-down asked again."""
        return await answers_within(within, *(_answers(replica.pool) for replica in self._replicas))

    async def close(self) -> None:
        """Close all idle connections."""
        for pool in (self._primary, *(replica.pool for replica in self._replicas)):
            await pool.close()

    async def _read_replica(self, statement: Executable, parameters: Parameters, after: Position | None) -> Rows | None:
        behind = False
        for replica in self._in_turn():
            try:
                async with replica.pool.connection() as connection:
                    if after is None or await _has_replayed(connection, after):
                        return await connection.run(statement, parameters)
                    behind = True
            except Exception as error:
                if _is_busy(error):
                    logger.info("%s is passed over after %r", replica.pool.name, error)
                elif is_outage(error):
                    logger.warning("%s rests after %r", replica.pool.name, error)
                    replica.rest()
                else:
                    raise
        if self._replicas_only and not behind:
            raise DatabaseUnavailableError("no replica can be reached")
        return None

    def _in_turn(self) -> Iterator[_Replica]:
        """Available replicas, a different one first each time."""
        self._turn += 1
        for offset in range(len(self._replicas)):
            replica = self._replicas[(self._turn + offset) % len(self._replicas)]
            if replica.available:
                yield replica


async def _answers(pool: Pool) -> bool:
    try:
        async with pool.connection() as connection:
            await connection.run(_PING, {})
    except Exception as error:
        if not is_outage(error):
            raise
        return False
    return True


async def _written(connection: Connection) -> Position | None:
    try:
        return Position.parse((await connection.run(_WRITTEN, {}))[0][0])
    except Exception as error:
        if not is_outage(error):
            raise
        logger.warning("committed, but its position is unknown: %r", error)
        connection.terminate()
        return None


async def _has_replayed(connection: Connection, position: Position) -> bool:
    """Whether the replica replayed `position`, remembered by connection: replay only goes back by a restart.

    This is asked before the read and not with it: a statement's snapshot is older than what it computes.
    """
    if connection.replayed is None or connection.replayed < position:
        answer = (await connection.run(_REPLAYED, {}))[0][0]
        if answer is None:  # not a standby, or one that has replayed nothing
            return False
        connection.replayed = Position.parse(answer)
    return connection.replayed >= position


def _is_busy(error: Exception) -> bool:
    """Whether `error` means that a replica cannot answer this read, and is well.

    Every connection is in use, or what replication brought conflicts with the read (SQLSTATE class 40):
    https://www.postgresql.org/docs/current/hot-standby.html#HOT-STANDBY-CONFLICT
    """
    return isinstance(error, PoolTimeoutError) or (isinstance(error, PostgresError) and error.sqlstate.startswith("40"))


def _raise_unavailable(error: Exception) -> None:
    if isinstance(error, PoolTimeoutError):
        raise PoolExhaustedError(str(error)) from error
    if is_outage(error):
        raise DatabaseUnavailableError(repr(error)) from error
