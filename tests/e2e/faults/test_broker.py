"""The broker and cache, emptied and killed under load."""

import pytest
from tests.e2e.faults.faults import healthy_again, kill, pids
from tests.e2e.faults.invariants import broker, require_kept_promises
from tests.e2e.faults.load import Load
from tests.e2e.local.stack import Stack

pytestmark = pytest.mark.e2e


def test_every_committed_order_is_processed_when_the_broker_forgets_all_it_had(stack: Stack) -> None:
    with Load(stack) as load:
        for _ in range(3):
            with broker(stack) as client:
                client.flushall()
            load.wait_for(20)
    assert not load.failed, load
    require_kept_promises(stack, load.acknowledged)


def test_orders_are_taken_and_products_read_without_the_broker_and_processed_after(stack: Stack) -> None:
    redis = pids(stack)["redis"]
    with Load(stack) as load:
        kill(redis)
        load.wait_for(30)
        healthy_again(stack, "redis", redis)
        load.wait_for(20)
    assert not load.failed, load
    require_kept_promises(stack, load.acknowledged)
