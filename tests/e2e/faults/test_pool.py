"""A database that is too busy for those who ask: they are refused soon, nothing grows, and it heals by itself."""

import time

import pytest
from tests.e2e.faults.faults import held, memory, pids, session
from tests.e2e.faults.invariants import require_kept_promises
from tests.e2e.faults.load import Load
from tests.e2e.local.stack import Stack, eventually

pytestmark = pytest.mark.e2e

REPLICAS = ("orders-1", "orders-2")
#: More than the connections of both replicas, 10 or 11 each, so that some have to wait for one.
MANY = 32
#: Seconds: a request waits 2 for a connection or its statement 3 for an answer, with a margin for a busy machine.
SOON = 15.0
GROWTH = 48 * 2**20  # bytes


def test_an_exhausted_pool_is_a_fast_503_while_reads_are_answered_and_heals_by_itself(stack: Stack) -> None:
    before = memory(stack, *REPLICAS)
    with Load(stack, clients=MANY) as load:
        with held(stack, "orders"):
            began = time.monotonic()
            eventually(lambda: len(load.failed) >= 2 * MANY)
            during = memory(stack, *REPLICAS)
        ended = time.monotonic()
        load.wait_for(2 * MANY)
    assert all(request.is_clean_503 and request.kind == "place" for request in load.failed), load
    assert all(request.overlaps(began, ended) and request.seconds < SOON for request in load.failed), load
    browsed = [one for one in load.requests if one.kind == "browse" and began < one.start and one.end < ended]
    assert len(browsed) >= MANY
    assert during - before < GROWTH
    require_kept_promises(stack, load.acknowledged)


def test_a_database_without_a_free_connection_is_a_fast_503_and_heals_by_itself(stack: Stack) -> None:
    before = pids(stack)
    with Load(stack) as load, session(stack, user="postgres") as superuser:
        superuser.autocommit = True
        began = time.monotonic()
        superuser.execute("ALTER ROLE shop CONNECTION LIMIT 1")
        try:
            superuser.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'shop'")
            eventually(lambda: len(load.failed) >= 20)
        finally:
            superuser.execute("ALTER ROLE shop CONNECTION LIMIT -1")
        ended = time.monotonic()
        load.wait_for(50)
    assert all(request.is_clean_503 for request in load.failed), load
    assert all(request.overlaps(began, ended) and request.seconds < SOON for request in load.failed), load
    assert pids(stack) == before
    require_kept_promises(stack, load.acknowledged)
