"""Changes of a backend that is in use: no request fails, and no task is lost or begun twice."""

import os
import signal

import pytest
from tests.e2e.faults.faults import healthy_again, pids
from tests.e2e.faults.invariants import begun_again, require_kept_promises
from tests.e2e.faults.load import Load
from tests.e2e.local.stack import Stack

pytestmark = pytest.mark.e2e


def require_nobody_noticed(stack: Stack, load: Load) -> None:
    assert not load.failed, load
    require_kept_promises(stack, load.acknowledged)
    assert begun_again(stack, load.acknowledged) == []


def test_scaling_up_and_down_under_load_goes_unnoticed(stack: Stack) -> None:
    with Load(stack) as load:
        stack.run("scale", "orders=4", "orders-worker=2")
        load.wait_for(30)
        stack.run("scale", "orders=2", "orders-worker=1")
        load.wait_for(30)
    require_nobody_noticed(stack, load)


def test_an_edit_of_a_service_and_its_workers_under_load_goes_unnoticed(stack: Stack) -> None:
    before = pids(stack)
    stack.edit(
        services={"orders": {"database": {"size": 6}}},
        workers={"orders": {"longest_task": "2s", "database": {"size": 3}}},
    )
    with Load(stack) as load:
        stack.run("up")
        load.wait_for(30)
    after = pids(stack)
    assert all(after[name] != before[name] for name in ("orders-1", "orders-2", "orders-worker-1"))
    require_nobody_noticed(stack, load)


@pytest.mark.parametrize("name", ["orders-1", "orders-worker-1", "orders-relay"])
def test_a_process_that_is_told_to_stop_under_load_ends_what_it_is_at(stack: Stack, name: str) -> None:
    pid = pids(stack)[name]
    with Load(stack) as load:
        os.kill(pid, signal.SIGTERM)
        healthy_again(stack, name, pid)
        load.wait_for(30)
    require_nobody_noticed(stack, load)
