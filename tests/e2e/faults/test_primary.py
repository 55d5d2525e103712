"""The primary, killed under load: no acknowledged order is lost, and who is refused is told so."""

import pytest
from tests.e2e.faults.faults import healthy_again, kill, pids
from tests.e2e.faults.invariants import require_kept_promises
from tests.e2e.faults.load import Load
from tests.e2e.local.stack import Stack, eventually

pytestmark = pytest.mark.e2e


def test_a_killed_primary_loses_no_acknowledged_order_and_is_a_clean_503_while_it_is_away(stack: Stack) -> None:
    primary = pids(stack)["postgres"]
    with Load(stack) as load:
        alive = load.requests[-1].end
        kill(primary)
        back = healthy_again(stack, "postgres", primary)
        load.wait_for(50)
    assert load.failed
    assert all(request.is_clean_503 for request in load.failed), load
    assert all(request.overlaps(alive, back) for request in load.failed), load
    require_kept_promises(stack, load.acknowledged)


def test_the_replica_follows_the_primary_that_came_back(stack: Stack) -> None:
    newest = "SELECT max(id) FROM orders"
    eventually(lambda: stack.query("postgres-replica-1", newest) == stack.query("postgres", newest))
    assert [replica["state"] for replica in stack.status()["replication"]] == ["streaming"]
