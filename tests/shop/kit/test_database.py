"""Who answers a read, and what happens when a server cannot."""

from __future__ import annotations

import asyncio
import socket
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from shop.kit import pool
from shop.kit.database import Database, DatabaseUnavailableError, PoolExhaustedError
from shop.kit.settings import PoolSettings, load

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from conftest import Postgres

    from shop.kit.wal import Position

WHO = text("SELECT CASE WHEN pg_is_in_recovery() THEN 'replica' ELSE 'primary' END")
WRITE = text("INSERT INTO products (name, price_cents, currency) VALUES ('Test', 1, 'EUR') RETURNING id")


@asynccontextmanager
async def _database(monkeypatch: pytest.MonkeyPatch, **variables: str) -> AsyncIterator[Database]:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    database = Database(load(PoolSettings))
    try:
        yield database
    finally:
        await database.close()


@pytest.fixture
async def database(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Database]:
    async with _database(monkeypatch) as database:
        yield database


@pytest.fixture
def commits(postgres: Postgres) -> Iterator[Callable[[str], object]]:
    """Sets `synchronous_commit` for connections that are opened in a test."""
    yield lambda value: postgres.sql(f"ALTER DATABASE shop SET synchronous_commit = {value}")
    postgres.sql("ALTER DATABASE shop RESET synchronous_commit")


async def _who(database: Database, after: Position | None = None) -> str:
    [(who,)] = await database.read(WHO, {}, after=after)
    return str(who)


async def _write(database: Database) -> Position:
    _, position = await database.write(WRITE, {})
    assert position is not None
    return position


@pytest.fixture(autouse=True)
def _without_test_products(postgres: Postgres) -> Any:
    yield
    postgres.sql("DELETE FROM products WHERE name = 'Test'")


async def test_a_read_is_answered_by_the_replica(database: Database) -> None:
    assert await _who(database) == "replica"


async def test_a_replica_that_is_behind_is_not_read(database: Database, postgres: Postgres) -> None:
    with postgres.replica_behind():
        position = await _write(database)
        assert await _who(database, position) == "primary"
        assert await _who(database) == "replica"
    postgres.replica_catches_up()
    assert await _who(database, position) == "replica"


async def test_a_connection_remembers_what_its_replica_replayed(database: Database, postgres: Postgres) -> None:
    position = await _write(database)
    postgres.replica_catches_up()
    assert await _who(database, position) == "replica"
    with postgres.replica_behind():
        assert await _who(database, position) == "replica"


@pytest.mark.parametrize("synchronous_commit", ["on", "off"])
async def test_a_position_covers_the_write_that_answered_it(
    database: Database, commits: Callable[[str], object], synchronous_commit: str
) -> None:
    commits(synchronous_commit)
    for _ in range(20):
        rows, position = await database.write(WRITE, {})
        found = await database.read(
            text("SELECT count(*) FROM products WHERE id = :id"), {"id": rows[0][0]}, after=position
        )
        assert found[0][0] == 1


async def test_replicas_take_turns(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, postgres: Postgres
) -> None:
    urls = f"{postgres.replica_url},{postgres.primary_url}"
    async with _database(monkeypatch, DATABASE_REPLICA_URLS=urls) as database:
        answers = [await _who(database) for _ in range(4)]
    assert sorted(answers) == ["primary", "primary", "replica", "replica"]
    assert answers[:2] == answers[2:]


async def test_reads_can_be_kept_on_the_primary(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    async with _database(monkeypatch, DATABASE_READS="primary") as database:
        assert await _who(database) == "primary"


async def test_a_replica_that_is_down_is_replaced_by_the_primary_and_taken_back(
    database: Database, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await _who(database) == "replica"
    with postgres.replica.away():
        assert [await _who(database) for _ in range(3)] == ["primary"] * 3
        assert await database.ping_replicas(within=5.0) == [False]
    for replica in database._replicas:
        replica.resting_until = 0.0
    assert await _who(database) == "replica"
    assert await database.ping_replicas(within=5.0) == [True]


async def test_a_replica_that_failed_rests_before_it_is_tried_again(
    database: Database, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shop.kit.database._Replica.COOLDOWN", 3600.0)
    with postgres.replica.away():
        assert await _who(database) == "primary"
    assert await _who(database) == "primary"


async def test_reads_kept_off_the_primary_fail_without_a_replica(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, postgres: Postgres
) -> None:
    async with _database(monkeypatch, DATABASE_READS="replica") as database:
        with postgres.replica_behind():
            assert await _who(database, await _write(database)) == "primary"
        with postgres.replica.away(), pytest.raises(DatabaseUnavailableError):
            await _who(database)


async def test_a_row_that_the_replica_misses_is_read_from_the_primary(database: Database, postgres: Postgres) -> None:
    with postgres.replica_behind():
        rows, _ = await database.write(WRITE, {})
        statement = text("SELECT id FROM products WHERE id = :id")
        assert await database.read_one(statement, {"id": rows[0][0]}) is not None
        assert await database.read(statement, {"id": rows[0][0]}) == []


async def test_a_read_that_conflicts_with_replication_is_answered_by_the_primary(
    database: Database, postgres: Postgres, eventually: Callable[..., Any]
) -> None:
    statement = text("SELECT pg_is_in_recovery(), pg_sleep(CASE WHEN pg_is_in_recovery() THEN 60 END) FROM products")
    reading = asyncio.create_task(database.read(statement, {}))

    def conflict() -> None:
        sleeping = "SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
        eventually(lambda: postgres.sql(sleeping, url=postgres.replica_url))
        with postgres.locked("products"):
            postgres.replica_catches_up()

    await asyncio.to_thread(conflict)
    assert {row[0] for row in await reading} == {False}
    assert await _who(database) == "replica"


async def test_connections_that_died_while_idle_are_replaced_unnoticed(database: Database, postgres: Postgres) -> None:
    await asyncio.gather(*(_write(database) for _ in range(3)))
    await asyncio.to_thread(postgres.primary.restart)  # while the event loop runs on, as it does in a service
    for _ in range(4):
        await _write(database)


async def test_a_database_that_is_down_is_unavailable(database: Database, postgres: Postgres) -> None:
    await _write(database)
    with postgres.primary.away():
        with pytest.raises(DatabaseUnavailableError):
            await database.write(WRITE, {})
        with pytest.raises(DatabaseUnavailableError):
            await database.ping()
    await _write(database)


async def test_a_server_that_does_not_answer_is_not_waited_for(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "CONNECT_TIMEOUT", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"postgresql://shop@127.0.0.1:{silent.getsockname()[1]}/shop"
        async with _database(monkeypatch, DATABASE_URL=url) as database:
            with pytest.raises(DatabaseUnavailableError):
                await database.write(WRITE, {})


async def test_a_statement_that_waits_too_long_is_ended_by_the_server(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "STATEMENT_TIMEOUT", 0.1)
    async with _database(monkeypatch) as database:
        with pytest.raises(DatabaseUnavailableError, match="statement timeout"):
            await database.read_primary(text("SELECT pg_sleep(60)"), {})
        await _write(database)


async def test_a_connection_that_fell_silent_is_given_up(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "COMMAND_TIMEOUT", 0.2)
    async with _database(monkeypatch) as database:
        with pytest.raises(DatabaseUnavailableError):
            await database.read_primary(text("SELECT pg_sleep(2)"), {})
        await _write(database)


async def test_a_full_pool_is_unavailable_and_still_counts_as_an_answer(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "POOL_TIMEOUT", 0.1)
    async with _database(monkeypatch, DATABASE_POOL_SIZE="1", DATABASE_POOL_OVERFLOW="0") as database:
        async with database._primary.connection():
            with pytest.raises(PoolExhaustedError):
                await database.write(WRITE, {})
            await database.ping()
        await _write(database)


async def test_the_pool_opens_its_size_and_overflow_and_keeps_them(
    database: Database, postgres: Postgres, eventually: Callable[..., Any]
) -> None:
    others = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'orders-test'"
    await asyncio.to_thread(eventually, lambda: postgres.sql(others) == [(0,)])
    count = "SELECT count(*), array_agg(pid ORDER BY pid) FROM pg_stat_activity WHERE application_name = 'orders-test'"
    sleep = text("SELECT pg_sleep(0.05)")
    await asyncio.gather(*(database.read_primary(sleep, {}) for _ in range(12)))
    first = postgres.sql(count)
    await asyncio.gather(*(database.read_primary(sleep, {}) for _ in range(12)))
    assert first[0][0] == 5
    assert postgres.sql(count) == first


async def test_a_wrong_statement_is_not_taken_for_an_outage(database: Database) -> None:
    with pytest.raises(Exception, match="nowhere") as raised:
        await database.read(text("SELECT * FROM nowhere"), {})
    assert not isinstance(raised.value, DatabaseUnavailableError)
