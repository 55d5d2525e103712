"""What is sent again, and how an order ends when two processes finish it at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from shop.kit.engine import sync_engine
from shop.orders import fulfilment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conftest import Postgres
    from sqlalchemy import Connection, Engine

    from shop.kit.settings import ServiceSettings

    Finish = Callable[[Connection, int], None]

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


def _complete(connection: Connection, order_id: int) -> None:
    fulfilment.complete(connection, order_id)


def _give_up(connection: Connection, order_id: int) -> None:
    fulfilment.give_up(connection, order_id, "test")


@pytest.mark.parametrize(
    ("finishes", "end"),
    [
        ((_complete, _give_up), ("completed", 1, 0)),
        ((_give_up, _complete), ("failed", 0, 1)),
        ((_complete, _complete), ("completed", 1, 0)),
        ((_give_up, _give_up), ("failed", 0, 1)),
    ],
)
def test_an_order_finished_by_two_at_once_ends_as_the_first_says(
    engine: Engine,
    postgres: Postgres,
    eventually: Callable[..., Any],
    finishes: tuple[Finish, Finish],
    end: tuple[str, int, int],
) -> None:
    (order_id,) = _orders(postgres, 1, status="processing")
    first, second = finishes

    def finish_second() -> None:
        with engine.begin() as connection:
            second(connection, order_id)

    with ThreadPoolExecutor() as threads:
        with engine.begin() as connection:
            first(connection, order_id)
            later = threads.submit(finish_second)
            eventually(lambda: postgres.sql("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"))
        later.result(10)
    ends = "SELECT status, (SELECT count(*) FROM receipts), (SELECT count(*) FROM dead_letters) FROM orders"
    assert postgres.sql(ends) == [end]
