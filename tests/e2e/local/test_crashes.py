"""Processes that are killed, the supervisor too; tests/e2e/faults kills them under load."""

import os
import signal

import httpx
import psutil
import pytest
from tests.e2e.local.stack import Stack, eventually

pytestmark = pytest.mark.e2e


def all_completed(stack: Stack, orders: list[int]) -> bool:
    query = "SELECT count(*) FROM orders WHERE id = ANY(%s) AND status = 'completed'"
    return stack.query("postgres", query, orders) == [(len(orders),)]


@pytest.mark.parametrize(
    "name",
    ["gateway", "orders-2", "orders-relay", "orders-worker-1", "postgres", "postgres-replica-1", "redis"],
)
def test_a_killed_process_is_started_again_and_counted(stack: Stack, name: str) -> None:
    before = next(process for process in stack.status()["processes"] if process["name"] == name)
    stack.kill(name)

    def healthy_again() -> bool:
        now = next(process for process in stack.status()["processes"] if process["name"] == name)
        return bool(now["state"] == "healthy" and now["pid"] != before["pid"])

    eventually(healthy_again)
    now = next(process for process in stack.status()["processes"] if process["name"] == name)
    assert now["restarts"] == before["restarts"] + 1


def test_the_children_of_a_killed_parent_do_not_keep_its_successor_from_starting(
    stack: Stack, client: httpx.Client
) -> None:
    stack.edit(services={"orders": {"processes": 2}})
    stack.run("up")
    pid = stack.pids()["orders-1"]
    children = psutil.Process(pid).children()
    assert len(children) >= 2
    os.kill(pid, signal.SIGKILL)
    eventually(lambda: stack.pids()["orders-1"] not in {pid, None})
    stack.run("up")
    assert not [child for child in children if child.is_running() and child.status() != psutil.STATUS_ZOMBIE]
    assert client.get(f"http://127.0.0.1:{stack.saved_ports['orders-1']}/healthz").status_code == 200


def test_orders_are_taken_and_completed_after_all_those_crashes(stack: Stack, client: httpx.Client) -> None:
    answer = stack.post(client)
    assert answer.status_code == 201
    eventually(lambda: all_completed(stack, [answer.json()["id"]]))


def test_nothing_outlives_a_killed_supervisor_and_the_next_up_is_healthy(stack: Stack) -> None:
    supervisor = int((stack.folder / "run" / "supervisor.pid").read_text())
    os.kill(supervisor, signal.SIGKILL)
    eventually(lambda: not stack.leftovers())
    assert not stack.listening()
    stack.run("up")
    assert {process["state"] for process in stack.status()["processes"]} == {"healthy"}


def test_down_after_all_those_crashes_leaves_no_process_and_no_port(stack: Stack) -> None:
    stack.run("down")
    assert not stack.leftovers()
    assert not stack.listening()
    stack.run("up")
