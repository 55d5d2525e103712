"""Replicas that are added and taken away while the backend runs."""

import json
import signal

import httpx
import pytest
from tests.e2e.faults.faults import observed
from tests.e2e.local.stack import Stack, eventually

pytestmark = pytest.mark.e2e


def replicas(stack: Stack) -> set[str]:
    return {name for name in stack.pids() if name.startswith("orders-") and name != "orders-relay"}


def routed(stack: Stack) -> int:
    routes = json.loads((stack.folder / "config" / "gateway" / "routes.yml").read_text())
    return len(routes["http"]["services"]["orders"]["loadBalancer"]["servers"])


def test_more_replicas_and_workers_are_started_beside_those_that_run(stack: Stack) -> None:
    before = stack.pids()
    output = stack.run("scale", "orders=3", "orders-worker=2")
    assert "orders: 2 -> 3 replicas" in output
    assert "orders-worker: 1 -> 2 replicas" in output
    after = stack.pids()
    assert set(after) - set(before) == {"orders-3", "orders-worker-2"}
    assert {name: after[name] for name in before} == before
    assert routed(stack) == 3
    shown = [line.split() for line in stack.run("scale").splitlines()]
    assert shown[1:] == [["orders", "3", "2", "6"], ["orders-worker", "2", "1", "4"]]


def test_up_keeps_the_number_and_calls_it_no_difference(stack: Stack) -> None:
    before = stack.pids()
    assert "0 added, 0 changed, 0 removed" in stack.run("preview", "--exit-code")
    assert "nothing to change" in stack.run("up")
    assert stack.pids() == before


def test_the_same_number_again_changes_nothing(stack: Stack) -> None:
    before = stack.pids()
    assert "orders has 3 replicas already" in stack.run("scale", "orders=3")
    assert stack.pids() == before


def test_an_edit_that_is_not_up_yet_waits_for_up(stack: Stack) -> None:
    before = stack.pids()
    stack.edit(gateway={"port": stack.port, "rate_limit": {"average": 1, "burst": 1}})
    stack.run("scale", "services.orders=4")
    after = stack.pids()
    assert set(after) - set(before) == {"orders-4"}
    assert "rate-limit" not in (stack.folder / "config" / "gateway" / "routes.yml").read_text()
    stack.edit(gateway={"port": stack.port, "rate_limit": None})


def test_what_a_tired_person_types_is_answered_all_at_once_and_touches_nothing(stack: Stack) -> None:
    before = stack.pids()
    output = stack.run("scale", "ordes=3", "orders=-1", "orders=7", "orders=two", "orders", "orders=1", "=2", status=2)
    for answer in (
        "there is no part 'ordes'. Did you mean 'orders'? There are: orders, orders-worker",
        "orders=-1: it must not be below 0",
        "orders=7: it must be at most services.orders.scale.max (6). To pass it, raise services.orders.scale.max in "
        "stacks/Pulumi.local.yaml and run `scalewright up local`",
        "orders=two: 'two' must be a whole number, in digits",
        "'orders' has no number. Write it as PART=N, for example orders=3",
        "orders=1: it must be at least services.orders.scale.min (2)",
        "there is no part ''",
    ):
        assert answer in output
    assert "orders is given twice" in stack.run("scale", "orders=3", "services.orders=4", status=2)
    assert stack.pids() == before


def test_a_replica_that_cannot_start_is_taken_back_and_the_number_stays(stack: Stack) -> None:
    before = replicas(stack)
    main = stack.project / "app" / "shop" / "orders" / "main.py"
    good = main.read_text()
    main.write_text(f"{good}\nraise RuntimeError('a typo of today')\n")
    try:
        output = stack.run("scale", "orders=5", status=1)
    finally:
        main.write_text(good)
    assert "a typo of today" in output
    assert "Nothing was scaled" in output
    assert replicas(stack) == before
    assert routed(stack) == 4
    assert "0 added, 0 changed, 0 removed" in stack.run("preview", "--exit-code")


def test_ctrl_c_takes_back_what_was_started(stack: Stack) -> None:
    before = replicas(stack)
    scale = stack.start("scale", "orders=6")
    eventually(lambda: "orders-6" in observed(stack))
    scale.send_signal(signal.SIGINT)
    _, errors = scale.communicate(timeout=60)
    assert scale.returncode == 130
    assert "stopped again: orders-5, orders-6" in errors
    assert replicas(stack) == before


def test_a_killed_scale_leaves_nothing_that_the_next_up_does_not_mend(stack: Stack) -> None:
    before = replicas(stack)
    scale = stack.start("scale", "orders=6")
    eventually(lambda: "orders-6" in observed(stack))
    scale.kill()
    scale.communicate()
    stack.run("up")
    assert replicas(stack) == before
    assert httpx.get(f"{stack.url}/products/1").status_code == 200


def test_fewer_replicas_and_workers_end_and_are_no_longer_sent_requests(stack: Stack) -> None:
    stack.run("scale", "orders=2", "workers.orders=1")
    assert replicas(stack) == {"orders-1", "orders-2", "orders-worker-1"}
    assert routed(stack) == 2
    assert not (stack.folder / "run" / "orders-3.json").exists()


def test_down_forgets_the_number_and_scale_says_that_nothing_runs(stack: Stack) -> None:
    stack.run("scale", "orders=3")
    stack.run("down")
    assert "environment local is not running. Start it with `scalewright up local`" in stack.run(
        "scale", "orders=2", status=1
    )
    stack.run("up")
    assert replicas(stack) == {"orders-1", "orders-2", "orders-worker-1"}
