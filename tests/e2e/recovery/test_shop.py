"""The whole shop: rolling edits and scaling that are cut short, commands that meet, children that are killed."""

import os
import signal
import time
from collections.abc import Iterator

import httpx
import psutil
import pytest
from tests.e2e.local.stack import Stack, eventually
from tests.e2e.recovery.commands import ends_well, kill, press_ctrl_c, reach, running, start
from tests.e2e.recovery.databases import all_healthy, one_line, taken

pytestmark = pytest.mark.e2e

PROCESSES = {
    "gateway", "orders-1", "orders-2", "orders-relay", "orders-worker-1", "postgres", "postgres-replica-1", "redis",
}  # fmt: skip


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The shop, up; down at the end of the module, which leaves nothing."""
    stack = Stack(tmp_path_factory.mktemp("shop") / "shop")
    stack.run("up")
    yield stack
    stack.run("down")
    assert not stack.leftovers()
    assert not stack.listening()


def edit(stack: Stack) -> None:
    """Give the service a pool of another size, which replaces its replicas."""
    size = stack.settings.get("services", {}).get("orders", {}).get("database", {}).get("size", 5)
    stack.edit(services={"orders": {"database": {"size": size + 1}}})


def serves(stack: Stack) -> bool:
    """Whether an order that is sent now is completed."""
    with httpx.Client(timeout=30) as client:
        answer = stack.post(client)
        assert answer.status_code == 201, answer.text
        url = f"{stack.url}/orders/{answer.json()['id']}"
        eventually(lambda: client.get(url).json()["status"] == "completed")
    return True


def assert_as_declared(stack: Stack) -> None:
    assert set(stack.pids()) == PROCESSES
    assert all_healthy(stack)
    assert serves(stack)
    assert "0 added, 0 changed, 0 removed" in stack.run("preview", "--exit-code")


@pytest.mark.parametrize("moment", [("orders-1", "stopping"), ("orders-2", "starting")], ids=" ".join)
def test_a_rolling_edit_that_is_killed_is_completed_by_the_next_up(shop: Stack, moment: tuple[str, str]) -> None:
    edit(shop)
    up = start(shop, "up")
    reach(up, *moment)
    kill(up)
    assert serves(shop)
    shop.run("up")
    assert_as_declared(shop)


def test_ctrl_c_pressed_twice_puts_a_rolling_edit_back(shop: Stack) -> None:
    before = shop.pids()
    edit(shop)
    up = start(shop, "up")
    reach(up, "orders-1", "stopping")
    press_ctrl_c(up, times=2)
    assert ends_well(up) == 130
    after = shop.pids()
    assert set(after) == PROCESSES
    assert {name for name in PROCESSES if after[name] != before[name]} == {"orders-1"}
    assert serves(shop)
    shop.run("up")
    assert_as_declared(shop)


def test_a_scale_that_is_killed_leaves_what_the_next_one_completes(shop: Stack) -> None:
    for replicas, phase in ((3, "healthy"), (2, "stopping")):
        scale = start(shop, "scale", f"orders={replicas}")
        reach(scale, "orders-3", phase)
        kill(scale)
        assert serves(shop)
        shop.run("scale", f"orders={replicas}")
        assert all_healthy(shop)
        assert ("orders-3" in shop.pids()) == (replicas == 3)
    assert_as_declared(shop)


def test_ctrl_c_pressed_twice_takes_a_scale_back(shop: Stack) -> None:
    scale = start(shop, "scale", "orders=3", "orders-worker=2")
    reach(scale, "orders-worker-2", "healthy")
    press_ctrl_c(scale, times=2)
    assert ends_well(scale) == 130
    assert_as_declared(shop)


def test_commands_that_meet_another_at_work_say_so_in_one_line_and_touch_nothing(shop: Stack) -> None:
    edit(shop)
    up = start(shop, "up")
    with running(up):
        reach(up, "orders-surge", "starting")
        for command in (("up",), ("down",), ("scale", "orders=3")):
            said = one_line(shop.run(*command, status=1))
            assert said == (
                f"scalewright: scalewright with pid {up.pid} is changing environment local. Wait until it has ended, "
                "then try again"
            )
    assert_as_declared(shop)


def children(pid: int) -> set[int]:
    return {child.pid for child in psutil.Process(pid).children(recursive=True)}


def test_a_child_of_a_worker_that_is_killed_is_replaced_by_its_parent(shop: Stack) -> None:
    parent = shop.pids()["orders-worker-1"]
    before = children(parent)
    assert len(before) >= 2
    for child in before:
        os.kill(child, signal.SIGKILL)
    eventually(lambda: len(children(parent)) == len(before) and not children(parent) & before)
    assert serves(shop)
    assert shop.pids()["orders-worker-1"] == parent


def test_a_child_of_a_service_that_is_killed_is_replaced_by_its_parent(shop: Stack) -> None:
    shop.edit(services={"orders": {"processes": 2, "scale": {"min": 1, "max": 1}}})
    shop.run("up")
    parent = shop.pids()["orders-1"]
    before = children(parent)
    victim = max(before)
    os.kill(victim, signal.SIGKILL)
    eventually(lambda: victim not in children(parent) and len(children(parent)) == len(before))
    assert serves(shop)
    shop.edit(services={"orders": {"database": {"size": 5}}})
    shop.run("up")
    assert_as_declared(shop)


@pytest.mark.parametrize("jump", [3600, -3600])
def test_a_heartbeat_of_before_the_clock_jumped_counts_until_the_next(shop: Stack, jump: int) -> None:
    before = shop.pids()
    for name in ("orders-worker-1", "orders-relay"):
        path = shop.folder / "run" / f"{name}.heartbeat"
        os.utime(path, (time.time() + jump, time.time() + jump))
    eventually(lambda: all_healthy(shop))
    assert shop.pids() == before


def test_a_gateway_port_that_is_taken_between_two_ups_is_named_with_who_holds_it(shop: Stack) -> None:
    shop.run("down")
    with taken(shop.port):
        said = one_line(shop.run("up", status=1))
        assert said == (
            f"scalewright: gateway.port is {shop.port}, but that port of 127.0.0.1 is taken by "
            f"{psutil.Process().name()} (pid {os.getpid()}). Stop that process, or declare another port"
        )
        assert not shop.leftovers()
    shop.run("up")
    assert_as_declared(shop)


def test_ctrl_c_during_a_down_leaves_what_the_next_one_completes(shop: Stack) -> None:
    down = start(shop, "down")
    reach(down, "orders-worker-1", "stopping")
    press_ctrl_c(down)
    ends_well(down)
    shop.run("down")
    assert not shop.leftovers()
    assert not shop.listening()
    shop.run("up")
    assert_as_declared(shop)
