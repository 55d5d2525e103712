"""Migrations and the seed, run by their commands against databases of their own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

import shop.orders.models
import shop.products.models  # noqa: F401 - registers the tables
from shop.kit.engine import sync_engine
from shop.kit.settings import DatabaseSettings, load
from shop.kit.tables import metadata
from shop.products.seed import CATALOGUE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Postgres

APP = Path(__file__).parents[2] / "app"


@pytest.fixture
def empty(environment: dict[str, str], postgres: Postgres, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """URL of an empty database, which the settings name."""
    postgres.sql("CREATE DATABASE empty")
    url = environment["DATABASE_URL"].removesuffix("/shop") + "/empty"
    monkeypatch.setenv("DATABASE_URL", url)
    yield url
    postgres.sql("DROP DATABASE empty WITH (FORCE)")


def _start(*command: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", *command], cwd=APP, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def _run(*command: str) -> tuple[int, str]:
    process = _start(*command)
    output = "".join(process.communicate(timeout=60))
    return process.returncode, output


def _alembic(*arguments: str) -> tuple[int, str]:
    return _run("alembic", "-c", "alembic.ini", *arguments)


def _tables(postgres: Postgres, url: str) -> set[str]:
    rows = postgres.sql("SELECT tablename FROM pg_tables WHERE schemaname = 'public'", url=url)
    return {name for (name,) in rows}


def test_migrations_go_up_and_down_and_up_again(empty: str, postgres: Postgres) -> None:
    assert _alembic("upgrade", "head")[0] == 0
    assert _tables(postgres, empty) == {*metadata.tables, "alembic_version"}
    assert _alembic("downgrade", "base")[0] == 0
    assert _tables(postgres, empty) == {"alembic_version"}
    assert _alembic("upgrade", "head")[0] == 0


def test_whoever_migrates_at_the_same_time_waits_and_finds_it_done(empty: str, postgres: Postgres) -> None:
    running = [_start("alembic", "-c", "alembic.ini", "upgrade", "head") for _ in range(4)]
    output = ["".join(process.communicate(timeout=60)) for process in running]
    assert [process.returncode for process in running] == [0] * 4, output
    assert sum("Running upgrade" in text for text in output) == 1


def test_a_release_that_was_gone_back_to_leaves_a_database_that_is_ahead_of_it(empty: str, postgres: Postgres) -> None:
    assert _alembic("upgrade", "head")[0] == 0
    postgres.sql("UPDATE alembic_version SET version_num = '9999'", url=empty)
    status, output = _alembic("upgrade", "head")
    assert status == 0, output
    assert "the database is ahead, at 9999: nothing to do" in output
    assert postgres.sql("SELECT version_num FROM alembic_version", url=empty) == [("9999",)]
    status, output = _alembic("downgrade", "base")
    assert status != 0
    assert "Can't locate revision identified by '9999'" in output
    assert _tables(postgres, empty) == {*metadata.tables, "alembic_version"}


def test_the_migrated_schema_is_the_one_that_the_code_declares(empty: str) -> None:
    assert _alembic("upgrade", "head")[0] == 0
    engine = sync_engine(load(DatabaseSettings))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_the_sql_of_migrations_can_be_printed_without_a_database(monkeypatch: pytest.MonkeyPatch) -> None:
    status, output = _alembic("upgrade", "head", "--sql")
    assert status == 0
    assert "CREATE TABLE orders" in output


@pytest.mark.parametrize("command", [("alembic", "-c", "alembic.ini", "upgrade", "head"), ("shop.products.seed",)])
def test_a_database_that_is_away_is_said_in_one_line(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://shop@127.0.0.1:1/shop")
    status, output = _run(*command)
    assert status == 1
    assert "shop: the database cannot be used: " in output
    assert "Traceback" not in output


def test_the_seed_inserts_its_products_once(empty: str, postgres: Postgres) -> None:
    assert _alembic("upgrade", "head")[0] == 0
    seed = "SELECT id, name, price_cents FROM products ORDER BY id"
    assert _run("shop.products.seed")[0] == 0
    first = postgres.sql(seed, url=empty)
    assert first == [(number, *product) for number, product in enumerate(CATALOGUE, start=1)]
    postgres.sql("UPDATE products SET price_cents = 1 WHERE id = 1", url=empty)
    assert _run("shop.products.seed")[0] == 0
    assert postgres.sql(seed, url=empty) == [(1, "Teapot", 1), *first[1:]]


def test_products_added_after_the_seed_get_ids_of_their_own(empty: str, postgres: Postgres) -> None:
    assert _alembic("upgrade", "head")[0] == 0
    assert _run("shop.products.seed")[0] == 0
    added = postgres.sql(
        "INSERT INTO products (name, price_cents, currency) VALUES ('Cosy', 1, 'EUR') RETURNING id", url=empty
    )
    assert added == [(11,)]
