"""Processes that are killed while requests run."""

import os
import signal
import threading
import time
from dataclasses import dataclass, field

import httpx
import psutil
import pytest
from tests.e2e.local.stack import Stack, eventually

pytestmark = pytest.mark.e2e


@dataclass
class Load:
    """Clients that order without pause until they are told to stop; `acknowledged` has the ids of answers 201."""

    stack: Stack
    acknowledged: list[int] = field(default_factory=list)
    refused: list[int] = field(default_factory=list)
    broken: int = 0
    stopping: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> "Load":
        self.threads = [threading.Thread(target=self._client, args=(user,)) for user in range(1, 5)]
        for thread in self.threads:
            thread.start()
        self.wait_for(20)
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        for thread in self.threads:
            thread.join()

    def wait_for(self, more: int) -> None:
        target = len(self.acknowledged) + more
        eventually(lambda: len(self.acknowledged) >= target)

    def _client(self, user: int) -> None:
        with httpx.Client(timeout=30) as client:
            while not self.stopping.is_set():
                try:
                    answer = self.stack.post(client, user=user)
                except httpx.TransportError:
                    self.broken += 1
                    continue
                if answer.status_code == 201:
                    self.acknowledged.append(answer.json()["id"])
                else:
                    self.refused.append(answer.status_code)
                time.sleep(0.005)


def all_completed(stack: Stack, orders: list[int]) -> bool:
    query = "SELECT count(*) FROM orders WHERE id = ANY(%s) AND status = 'completed'"
    return stack.query("postgres", query, orders) == [(len(orders),)]


def receipts_of(stack: Stack, orders: list[int]) -> int:
    ((count,),) = stack.query("postgres", "SELECT count(*) FROM receipts WHERE order_id = ANY(%s)", orders)
    return int(count)


def test_every_acknowledged_order_survives_the_kill_of_an_api_replica_and_of_a_worker(stack: Stack) -> None:
    with Load(stack) as load:
        stack.kill("orders-1")
        load.wait_for(100)
        stack.kill("orders-worker-1")
        load.wait_for(100)
    orders = load.acknowledged
    assert len(set(orders)) == len(orders)
    eventually(lambda: all_completed(stack, orders), within=60)
    assert receipts_of(stack, orders) == len(orders)
    # Those the killed replica was answering, and those just sent on connections that were closing.
    assert len(load.refused) + load.broken <= 2 * len(load.threads)


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
