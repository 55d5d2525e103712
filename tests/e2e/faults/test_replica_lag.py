"""A replica that is behind: nobody misses what they wrote, and nothing is decided by what it still says."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import httpx
import pytest
from tests.e2e.faults.faults import is_completed, place, session
from tests.e2e.faults.invariants import require_kept_promises
from tests.e2e.faults.load import Load, users
from tests.e2e.local.stack import Stack, eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.e2e

REPLICA = "postgres-replica-1"


@contextmanager
def replica_behind(stack: Stack) -> Iterator[None]:
    """With a replica that receives and does not replay."""
    with session(stack, REPLICA, user="postgres") as replica:
        replica.autocommit = True
        replica.execute("SELECT pg_wal_replay_pause()")
        state = "SELECT pg_get_wal_replay_pause_state()"
        eventually(lambda: replica.execute(state).fetchone() == ("paused",))
        try:
            yield
        finally:
            replica.execute("SELECT pg_wal_replay_resume()")


def test_every_client_reads_what_it_wrote_while_the_replica_is_behind(stack: Stack) -> None:
    user = next(users)
    with httpx.Client(base_url=stack.url, timeout=30) as client, replica_behind(stack):
        answer = client.post("/orders", json={"user_id": user, "product_id": 1, "quantity": 1})
        order, token = answer.json()["id"], {"Consistency-Token": answer.headers["Consistency-Token"]}
        listed = {"user_id": user}
        assert stack.query(REPLICA, "SELECT 1 FROM orders WHERE id = %s", order) == []
        assert client.get("/orders", params=listed).json()["orders"] == []  # a replica's answer, as it is behind
        mine = client.get("/orders", params=listed, headers=token).json()["orders"]
        assert [one["id"] for one in mine] == [order]
        for headers in (token, {}):  # by its id the order is found even without the token
            assert client.get(f"/orders/{order}", headers=headers).json()["id"] == order
        with Load(stack) as load:
            load.wait_for(50)
    assert not load.failed, load
    require_kept_promises(stack, [order, *load.acknowledged])


def test_no_write_is_decided_by_what_a_replica_or_the_cache_still_says(stack: Stack) -> None:
    with httpx.Client(base_url=stack.url, timeout=30) as client:
        old = client.get("/products/10").json()["price"]  # and now the cache has it
        with replica_behind(stack), session(stack) as primary:
            primary.autocommit = True
            primary.execute("UPDATE products SET price_cents = %s WHERE id = 10", [old + 1])
            try:
                answer = client.post("/orders", json={"user_id": next(users), "product_id": 10, "quantity": 2})
            finally:
                primary.execute("UPDATE products SET price_cents = %s WHERE id = 10", [old])
            assert client.get("/products/10").json()["price"] == old
    assert answer.json()["total"] == 2 * (old + 1)
    require_kept_promises(stack, [answer.json()["id"]])


def test_orders_are_processed_while_the_replica_is_behind(stack: Stack) -> None:
    with replica_behind(stack):
        order = place(stack)
        eventually(lambda: is_completed(stack, order))
    newest = "SELECT max(id) FROM receipts JOIN orders ON id = order_id"
    eventually(lambda: stack.query(REPLICA, newest) == stack.query("postgres", newest))
