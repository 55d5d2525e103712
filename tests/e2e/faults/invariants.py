"""What must hold of all orders whatever was killed meanwhile, asked of the database and the broker."""

from __future__ import annotations

from typing import TYPE_CHECKING

import redis
from tests.e2e.faults.faults import session
from tests.e2e.local.stack import Stack, eventually

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_ATTEMPTS = 5

#: Queries that find nothing in a backend which kept its promises; they are given the ids that were acknowledged.
BROKEN_PROMISES = {
    "acknowledged and lost": "SELECT unnest(%(acknowledged)s::bigint[]) EXCEPT SELECT id FROM orders",
    "acknowledged to two clients": (
        "SELECT id FROM unnest(%(acknowledged)s::bigint[]) AS id GROUP BY id HAVING count(*) > 1"
    ),
    "written twice for one request": "SELECT user_id FROM orders GROUP BY user_id HAVING count(*) > 1",
    "unfinished": "SELECT id FROM orders WHERE status NOT IN ('completed', 'failed')",
    "completed without a receipt": (
        "SELECT id FROM orders LEFT JOIN receipts ON order_id = id WHERE status = 'completed' AND order_id IS NULL"
    ),
    "failed without a dead letter": (
        "SELECT id FROM orders LEFT JOIN dead_letters ON order_id = id WHERE status = 'failed' AND order_id IS NULL"
    ),
    "a receipt, and not completed": (
        "SELECT id FROM orders JOIN receipts ON order_id = id WHERE status <> 'completed'"
    ),
    "a dead letter, and not failed": (
        "SELECT id FROM orders JOIN dead_letters ON order_id = id WHERE status <> 'failed'"
    ),
    "a receipt over another amount": (
        "SELECT id FROM orders JOIN receipts ON order_id = id "
        "WHERE (orders.total_cents, orders.currency) <> (receipts.total_cents, receipts.currency)"
    ),
    "completed without an attempt, or after too many": (
        "SELECT id FROM orders WHERE status = 'completed' AND attempts NOT BETWEEN 1 AND %(attempts)s"
    ),
    "left in the outbox": "SELECT id FROM outbox",
}


def settle(stack: Stack, within: float = 90.0) -> None:
    """Wait until every order is final and no task is anywhere on its way."""
    unfinished = "SELECT 1 FROM orders WHERE status IN ('pending', 'processing') UNION ALL SELECT 1 FROM outbox LIMIT 1"
    eventually(lambda: not stack.query("postgres", unfinished) and not any(tasks(stack)), within)


def require_kept_promises(stack: Stack, acknowledged: Sequence[int] = ()) -> None:
    """Wait until all work is done, and fail with what is wrong with which orders."""
    settle(stack)
    broken = {}
    parameters = {"acknowledged": list(acknowledged), "attempts": MAX_ATTEMPTS}
    with session(stack) as connection:
        for promise, query in BROKEN_PROMISES.items():
            if rows := connection.execute(query.encode(), parameters).fetchall():
                broken[promise] = [row[0] for row in rows]
    assert not broken


def begun_again(stack: Stack, orders: Sequence[int]) -> list[tuple[int, int]]:
    """Return the orders that a worker began more than once, with how often."""
    query = "SELECT id, attempts FROM orders WHERE id = ANY(%s) AND attempts <> 1"
    return [(order, attempts) for order, attempts in stack.query("postgres", query, list(orders))]


def tasks(stack: Stack) -> tuple[int, int]:
    """Return how many tasks wait in the broker, and how many were delivered and not acknowledged."""
    with broker(stack) as client:
        return int(client.llen("orders")), int(client.hlen("unacked"))


def broker(stack: Stack) -> redis.Redis:
    """Return a client of the broker."""
    password = (stack.folder / "secrets" / "redis").read_text()
    return redis.Redis(host="127.0.0.1", port=stack.saved_ports["redis"], password=password)
