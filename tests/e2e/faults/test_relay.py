"""The outbox relay, killed at the two points where a task could be lost or done twice."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from tests.e2e.faults.faults import frozen, healthy_again, is_completed, kill, order_of, pids, place, session
from tests.e2e.faults.invariants import require_kept_promises
from tests.e2e.faults.load import Load
from tests.e2e.local.stack import Stack, eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.e2e

LOCK = 14  # an advisory lock of these tests


@contextmanager
def commits_of_the_relay_held(stack: Stack) -> Iterator[None]:
    """With a database that does not end a commit which takes tasks out of the outbox."""
    with session(stack) as connection:
        connection.autocommit = True
        connection.execute(
            "CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN PERFORM pg_advisory_xact_lock({LOCK}); RETURN NULL; END $$".encode()
        )
        connection.execute(f"SELECT pg_advisory_lock({LOCK})".encode())
        connection.execute(
            b"CREATE CONSTRAINT TRIGGER hold AFTER DELETE ON outbox DEFERRABLE INITIALLY DEFERRED "
            b"FOR EACH ROW EXECUTE FUNCTION hold()"
        )
        try:
            yield
        finally:
            connection.execute(f"SELECT pg_advisory_unlock({LOCK})".encode())
            connection.execute(b"DROP FUNCTION hold CASCADE")


def test_a_relay_killed_between_the_commit_of_an_order_and_its_publication_sends_it_in_the_end(stack: Stack) -> None:
    relay = pids(stack)["orders-relay"]
    with frozen(relay):
        order = place(stack)
        assert stack.query("postgres", "SELECT count(*) FROM outbox") == [(1,)]
        kill(relay)
    healthy_again(stack, "orders-relay", relay)
    require_kept_promises(stack, [order])
    assert order_of(stack, order) == {"status": "completed", "attempts": 1, "receipts": 1, "dead_letters": 0}


def test_a_relay_killed_between_publication_and_commit_sends_again_and_the_effect_is_one(stack: Stack) -> None:
    relay = pids(stack)["orders-relay"]
    with commits_of_the_relay_held(stack):
        order = place(stack)
        eventually(lambda: is_completed(stack, order))  # so it was published
        assert stack.query("postgres", "SELECT count(*) FROM outbox") == [(1,)]  # and is not committed
        held = "SELECT pid FROM pg_stat_activity WHERE application_name = 'orders-relay' AND wait_event = 'advisory'"
        [(pid,)] = stack.query("postgres", held)
        kill(relay)
        eventually(lambda: not stack.query("postgres", "SELECT 1 FROM pg_stat_activity WHERE pid = %s", pid))
    healthy_again(stack, "orders-relay", relay)
    require_kept_promises(stack, [order])
    assert f"order {order} needs no processing" in stack.run("logs", "orders-worker-1")
    assert order_of(stack, order) == {"status": "completed", "attempts": 1, "receipts": 1, "dead_letters": 0}


def test_no_order_is_lost_when_the_relay_is_killed_under_load(stack: Stack) -> None:
    relay = pids(stack)["orders-relay"]
    with Load(stack) as load:
        kill(relay)
        load.wait_for(50)
        healthy_again(stack, "orders-relay", relay)
    assert not load.failed, load
    require_kept_promises(stack, load.acknowledged)
