"""Messages that no worker can do anything with, and orders that no worker completes."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import psutil
import pytest
from tests.e2e.faults.faults import order_of, pids, place, pool_process, session
from tests.e2e.faults.invariants import MAX_ATTEMPTS, broker, require_kept_promises, tasks
from tests.e2e.faults.load import Load
from tests.e2e.local.stack import Stack, eventually
from tests.shop.messages import MALFORMED

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.e2e

POISON = 666  # the quantity of an order that cannot be completed


@contextmanager
def receipts_of_poison(stack: Stack, do: str) -> Iterator[None]:
    """With a database that does something of its own to the receipt of a poison order, and to no other."""
    with session(stack) as connection:
        connection.autocommit = True
        connection.execute(
            f"CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {do}; RETURN NEW; END $$".encode()
        )
        connection.execute(
            b"CREATE FUNCTION is_poison(bigint) RETURNS boolean LANGUAGE sql STABLE AS "
            b"$$ SELECT quantity = 666 FROM orders WHERE id = $1 $$"
        )
        connection.execute(
            b"CREATE TRIGGER poison BEFORE INSERT ON receipts FOR EACH ROW "
            b"WHEN (is_poison(NEW.order_id)) EXECUTE FUNCTION poison()"
        )
        try:
            yield
        finally:
            connection.execute(b"DROP FUNCTION poison, is_poison CASCADE")


def sleeping_pool_processes(stack: Stack, worker: int) -> list[int]:
    query = "SELECT client_port FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
    found = (pool_process(worker, port) for (port,) in stack.query("postgres", query))
    return [pid for pid in found if pid is not None]


def require_dead_letter(stack: Stack, order: int) -> None:
    assert order_of(stack, order) == {
        "status": "failed",
        "attempts": MAX_ATTEMPTS + 1,  # the one that gives up is counted too
        "receipts": 0,
        "dead_letters": 1,
    }
    assert stack.query("postgres", "SELECT task, reason FROM dead_letters WHERE order_id = %s", order) == [
        ("orders.process", f"not completed in {MAX_ATTEMPTS} attempts")
    ]


def test_messages_that_are_none_are_dropped_while_other_work_goes_on(stack: Stack) -> None:
    worker = pids(stack)["orders-worker-1"]
    with Load(stack, clients=2) as load, broker(stack) as client:
        for message in MALFORMED.values():
            client.lpush("orders", message)
        load.wait_for(20)
    assert not load.failed, load
    require_kept_promises(stack, load.acknowledged)
    assert tasks(stack) == (0, 0)
    assert pids(stack)["orders-worker-1"] == worker


def test_an_order_that_always_fails_becomes_a_dead_letter_while_other_work_goes_on(stack: Stack) -> None:
    with receipts_of_poison(stack, "RAISE EXCEPTION 'poison'"), Load(stack, clients=2) as load:
        order = place(stack, quantity=POISON)
        eventually(lambda: order_of(stack, order)["status"] == "failed", within=60)
    require_dead_letter(stack, order)
    assert not load.failed, load
    require_kept_promises(stack, [order, *load.acknowledged])


def test_an_order_that_kills_every_process_becomes_a_dead_letter_while_other_work_goes_on(stack: Stack) -> None:
    worker = pids(stack)["orders-worker-1"]
    killed: set[int] = set()

    def given_up(order: int) -> bool:
        for pid in sleeping_pool_processes(stack, worker):
            killed.add(pid)
            psutil.Process(pid).kill()
        return bool(order_of(stack, order)["status"] == "failed")

    with receipts_of_poison(stack, "PERFORM pg_sleep(30)"), Load(stack, clients=2) as load:
        order = place(stack, quantity=POISON)
        eventually(lambda: given_up(order), within=90)
    require_dead_letter(stack, order)
    assert len(killed) >= 2
    assert pids(stack)["orders-worker-1"] == worker
    assert not load.failed, load
    require_kept_promises(stack, [order, *load.acknowledged])
