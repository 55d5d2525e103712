"""What is sent again, and how an order ends when two processes finish it at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shop.kit.engine import sync_engine
from shop.orders import fulfilment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Postgres
    from sqlalchemy import Engine

    from shop.kit.settings import ServiceSettings

INSERT = """
INSERT INTO orders (user_id, product_id, quantity, total_cents, currency, status, updated_at)
SELECT 1, 1, 1, 1999, 'EUR', %s, now() - make_interval(secs => %s) FROM generate_series(1, %s) RETURNING id
"""


@pytest.fixture
def engine(settings: ServiceSettings) -> Iterator[Engine]:
    engine = sync_engine(settings, pool_size=2)
    yield engine
    engine.dispose()


def _orders(postgres: Postgres, count: int, *, status: str = "pending", age: float = 0.0) -> list[int]:
    return [row[0] for row in postgres.sql(INSERT, status, age, count)]


def _resend(engine: Engine, waiting: int) -> int:
    with engine.begin() as connection:
        return fulfilment.resend(connection, waiting=waiting, age=60)


def _queued(postgres: Postgres) -> list[int]:
    return [row[0] for row in postgres.sql("SELECT payload -> 'order_id' FROM outbox ORDER BY 1")]


def test_lost_orders_are_sent_again_while_fresh_ones_wait_in_the_broker(engine: Engine, postgres: Postgres) -> None:
    lost = _orders(postgres, 3, age=1000)
    _orders(postgres, 3)
    assert _resend(engine, waiting=3) == 3
    assert _queued(postgres) == lost
    assert _resend(engine, waiting=3) == 0


def test_overdue_orders_that_wait_in_the_broker_are_not_sent_again(engine: Engine, postgres: Postgres) -> None:
    _orders(postgres, 3, age=1000)
    assert _resend(engine, waiting=3) == 0
    assert _queued(postgres) == []


def test_fresh_orders_are_not_sent_again(engine: Engine, postgres: Postgres) -> None:
    _orders(postgres, 3)
    assert _resend(engine, waiting=0) == 0
    assert _queued(postgres) == []
