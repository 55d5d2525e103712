"""Workers and their pool processes that end in the middle of a task, or do not end."""

from contextlib import ExitStack

import psutil
import pytest
from tests.e2e.faults.faults import frozen, has_ended, held, in_mid_task, is_completed, kill, order_of, pids, place
from tests.e2e.faults.invariants import require_kept_promises
from tests.e2e.faults.load import Load
from tests.e2e.local.stack import Stack, eventually

pytestmark = pytest.mark.e2e

#: Seconds: the visibility timeout (4), a sweep and the restart of a worker, with a margin for a busy machine.
BOUND = 30.0


def test_a_worker_killed_in_mid_task_has_its_order_completed_once_and_soon(stack: Stack) -> None:
    worker = pids(stack)["orders-worker-1"]
    with held(stack, "receipts"):
        order = place(stack)
        eventually(lambda: order_of(stack, order)["attempts"] == 1)  # tasks of earlier orders may be held up as well
        pool = psutil.Process(in_mid_task(stack, worker))
        kill(worker)
        eventually(lambda: has_ended(pool))  # which notices soon that its worker is gone
    eventually(lambda: is_completed(stack, order), BOUND)
    done = order_of(stack, order)
    assert done["receipts"] == 1
    assert done["attempts"] >= 2
    require_kept_promises(stack, [order])


def test_a_killed_pool_process_has_its_task_run_again_by_the_same_worker(stack: Stack) -> None:
    worker = pids(stack)["orders-worker-1"]
    with held(stack, "receipts"):
        order = place(stack)
        kill(in_mid_task(stack, worker))
    eventually(lambda: is_completed(stack, order), BOUND)
    done = order_of(stack, order)
    assert done["receipts"] == 1
    assert done["attempts"] >= 2
    assert pids(stack)["orders-worker-1"] == worker
    eventually(lambda: len(psutil.Process(worker).children()) >= 2)
    require_kept_promises(stack, [order])


def test_a_task_that_outlives_the_visibility_timeout_is_given_to_another_and_has_one_effect(stack: Stack) -> None:
    worker = pids(stack)["orders-worker-1"]
    with ExitStack() as silence:
        with held(stack, "receipts"):
            order = place(stack)
            silence.enter_context(frozen(in_mid_task(stack, worker)))
        # Its transaction goes on to where the next statement is awaited, and holds the order.
        eventually(lambda: is_completed(stack, order), BOUND)
    require_kept_promises(stack, [order])
    done = order_of(stack, order)
    assert done["receipts"] == 1
    assert done["attempts"] >= 2


def test_no_order_is_lost_when_workers_are_killed_under_load(stack: Stack) -> None:
    with Load(stack) as load:
        worker = pids(stack)["orders-worker-1"]
        kill(psutil.Process(worker).children()[-1].pid)
        load.wait_for(50)
        kill(worker)
        load.wait_for(50)
    assert not load.failed, load
    require_kept_promises(stack, load.acknowledged)
