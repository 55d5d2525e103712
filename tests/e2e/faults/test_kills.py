"""Processes that answer requests, killed under load: only what they were at may fail."""

import time

import pytest
from tests.e2e.faults.faults import closed, healthy_again, kill, pids
from tests.e2e.faults.invariants import require_kept_promises
from tests.e2e.faults.load import CLIENTS, Load, Request
from tests.e2e.local.stack import Stack

pytestmark = pytest.mark.e2e


def test_a_killed_replica_of_a_service_fails_only_the_requests_it_was_answering(stack: Stack) -> None:
    pid = pids(stack)["orders-1"]
    with Load(stack) as load:
        killed = time.monotonic()
        kill(pid)
        gone = closed(stack, "orders-1")
        load.wait_for(50)
        healthy_again(stack, "orders-1", pid)
        load.wait_for(50)
    assert all(request.overlaps(killed, gone) for request in load.failed), load
    assert len(load.failed) <= 2 * CLIENTS  # a client that fails asks again, perhaps before the port is closed
    require_kept_promises(stack, load.acknowledged)


def test_a_killed_database_replica_fails_no_request(stack: Stack) -> None:
    pid = pids(stack)["postgres-replica-1"]
    with Load(stack) as load:
        kill(pid)
        load.wait_for(50)
        healthy_again(stack, "postgres-replica-1", pid)
        load.wait_for(20)
    assert not load.failed, load
    require_kept_promises(stack, load.acknowledged)


def refuses(request: Request) -> bool:
    """Whether there was nobody, or a Traefik just started that has not read its routes yet."""
    return request.status is None or (request.status == 404 and "page not found" in request.error)


def test_a_killed_gateway_refuses_requests_only_while_it_is_away(stack: Stack) -> None:
    pid = pids(stack)["gateway"]
    with Load(stack) as load:
        killed = time.monotonic()
        kill(pid)
        back = healthy_again(stack, "gateway", pid)
        load.wait_for(50)
    assert load.failed
    assert all(refuses(request) and request.overlaps(killed, back) for request in load.failed), load
    require_kept_promises(stack, load.acknowledged)
