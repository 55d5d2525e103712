"""The main line, on one stack: what is up works, and what did not change is not touched."""

import json
import os
import signal

import httpx
import psutil
import pytest
from tests.e2e.local.stack import Stack, eventually

from scalewright.local.state import State

pytestmark = pytest.mark.e2e

PROCESSES = {
    "gateway",
    "orders-1",
    "orders-2",
    "orders-relay",
    "orders-worker-1",
    "postgres",
    "postgres-replica-1",
    "redis",
}


def completed(stack: Stack, client: httpx.Client, order: int) -> bool:
    return bool(client.get(f"{stack.url}/orders/{order}").json()["status"] == "completed")


def test_up_starts_every_declared_process_and_status_finds_each_healthy(stack: Stack) -> None:
    status = stack.status()
    assert {process["name"]: process["state"] for process in status["processes"]} == dict.fromkeys(PROCESSES, "healthy")
    assert status["url"] == f"http://localhost:{stack.port}"
    assert all(process["memory"] > 0 and process["restarts"] == 0 for process in status["processes"])
    assert status["queues"] == {"orders": 0}
    (replica,) = status["replication"]
    assert (replica["replica"], replica["state"]) == ("postgres-replica-1", "streaming")


def test_an_order_through_the_gateway_is_completed_by_a_worker(stack: Stack, client: httpx.Client) -> None:
    answer = stack.post(client, user=7, product=1, quantity=2)
    assert answer.status_code == 201
    assert answer.json()["status"] == "pending"
    eventually(lambda: completed(stack, client, answer.json()["id"]), within=10)


def test_a_write_is_seen_on_the_replica(stack: Stack, client: httpx.Client) -> None:
    order = stack.post(client, user=8).json()["id"]
    query = "SELECT user_id FROM orders WHERE id = %s"
    eventually(lambda: stack.query("postgres-replica-1", query, order) == [(8,)], within=10)
    assert stack.query("postgres-replica-1", "SELECT pg_is_in_recovery()") == [(True,)]


def test_an_order_taken_while_the_broker_is_down_is_completed_when_it_is_back(
    stack: Stack, client: httpx.Client
) -> None:
    redis = psutil.Process(stack.pids()["redis"])
    redis.send_signal(signal.SIGSTOP)  # its supervisor would restart one that died
    try:
        answer = stack.post(client)
        assert answer.status_code == 201
        assert client.get(f"{stack.url}/products/1").status_code == 200
    finally:
        redis.send_signal(signal.SIGCONT)
    eventually(lambda: completed(stack, client, answer.json()["id"]))


def test_up_again_changes_nothing_and_says_so(stack: Stack) -> None:
    before = stack.pids()
    assert "nothing to change" in stack.run("up")
    assert stack.pids() == before


def test_preview_of_an_edit_names_the_changed_fields_and_touches_nothing(stack: Stack) -> None:
    before = stack.pids()
    stack.edit(services={"orders": {"database": {"size": 7}}})
    text = stack.run("preview", "--exit-code", status=1)
    assert "~ orders-1" in text
    assert "environment.DATABASE_POOL_SIZE: 5 -> 7" in text
    changes = {change["name"]: change for change in json.loads(stack.run("preview", "--json"))["changes"]}
    touched = {name for name, change in changes.items() if change["action"] != "unchanged"}
    assert touched == {"orders-1", "orders-2"}
    assert {"path": "environment.DATABASE_POOL_SIZE", "before": "5", "after": "7"} in changes["orders-1"]["fields"]
    assert stack.pids() == before


def test_up_after_an_edit_restarts_only_what_the_edit_touched(stack: Stack) -> None:
    before = stack.pids()
    stack.edit(services={"orders": {"database": {"size": 6}}})
    stack.run("up")
    after = stack.pids()
    changed = {name for name in PROCESSES if before[name] != after[name]}
    assert changed == {"orders-1", "orders-2"}
    assert "0 added, 0 changed, 0 removed" in stack.run("preview", "--exit-code")


def test_secrets_are_private_and_on_no_command_line_and_in_no_log(stack: Stack) -> None:
    files = list((stack.folder / "secrets").iterdir())
    assert {oct(path.stat().st_mode & 0o777) for path in files} == {"0o600"}
    secrets = [path.read_text() for path in files]
    seen = [path.read_text(errors="replace") for path in (stack.folder / "logs").iterdir()]
    seen += [path.read_text() for path in (stack.folder / "run").glob("*.json")]
    seen += [" ".join(process.cmdline()) for process in stack.leftovers()]
    assert not [text for text in seen if any(secret in text for secret in secrets)]


def test_everything_listens_on_loopback_only(stack: Stack) -> None:
    processes = stack.leftovers()
    addresses = {
        connection.laddr.ip
        for process in processes
        for connection in process.net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    }
    assert addresses == {"127.0.0.1"}


def test_logs_of_a_part_show_all_its_processes_and_an_unknown_name_the_nearest(stack: Stack) -> None:
    output = stack.run("logs", "orders", "-n", "3")
    assert {line.split(" |")[0].strip() for line in output.splitlines()} == {
        "orders-1",
        "orders-2",
        "orders-relay",
        "orders-worker-1",
    }
    assert "Did you mean 'gateway'?" in stack.run("logs", "gatewy", status=1)


def test_logs_follow_what_is_written_and_end_cleanly_on_ctrl_c(stack: Stack) -> None:
    following = stack.start("logs", "-f", "redis", "-n", "0")
    path = stack.folder / "logs" / "redis.log"
    eventually(lambda: str(path) in {one.path for one in psutil.Process(following.pid).open_files()})
    with path.open("a") as log:
        log.write("a line written just now\n")
    assert following.stdout is not None
    assert following.stdout.readline() == "redis | a line written just now\n"
    following.send_signal(signal.SIGINT)
    assert following.communicate(timeout=10) == ("", "")
    assert following.returncode == 0


def test_a_second_up_at_the_same_time_is_told_who_is_at_work(stack: Stack) -> None:
    with State(stack.project, "local").locked():
        output = stack.run("up", status=1)
    assert f"scalewright with pid {os.getpid()} is changing environment local. Wait" in output


def test_url_prints_the_address_alone(stack: Stack) -> None:
    assert stack.run("url") == f"http://localhost:{stack.port}\n"
