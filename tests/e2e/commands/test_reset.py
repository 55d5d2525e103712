"""`scalewright reset`: one part begun anew, the rest left alone."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.e2e.commands.customers import Customers
from tests.e2e.commands.database import content, healthy
from tests.e2e.local.stack import Stack, eventually

from scalewright.declaration import Programs
from scalewright.local import programs

pytestmark = pytest.mark.e2e

IDENTIFIER = "SELECT system_identifier FROM pg_control_system()"
DATABASE = {"postgres", "postgres-replica-1"}
#: What waits for migrations and seed.
WAITING = {"orders-1", "orders-2", "orders-relay", "orders-worker-1"}


def order(stack: Stack) -> int:
    with httpx.Client(timeout=30) as client:
        answer = stack.post(client)
    assert answer.status_code == 201
    return int(answer.json()["id"])


def orders(stack: Stack) -> int:
    ((count,),) = stack.query("postgres", "SELECT count(*) FROM orders")
    return int(count)


def products(stack: Stack, server: str = "postgres") -> int:
    ((count,),) = stack.query(server, "SELECT count(*) FROM products")
    return int(count)


def identifier(stack: Stack, server: str = "postgres") -> object:
    return stack.query(server, IDENTIFIER)


def changed(before: dict[str, int], after: dict[str, int]) -> set[str]:
    assert set(before) == set(after)
    return {name for name in before if before[name] != after[name]}


def nothing_aside(stack: Stack) -> bool:
    return not (stack.folder / "data" / ".reset").exists()


def remade(stack: Stack) -> bool:
    """Whether the old database is aside and a new one is there, not yet migrated."""
    data = stack.folder / "data"
    return (data / ".reset" / "postgres").exists() and (data / "postgres" / "PG_VERSION").exists()


@pytest.fixture
def migrations(stack: Stack) -> Iterator[Path]:
    """The first migration, as it was again after the test."""
    migration = stack.project / "app" / "migrations" / "versions" / "0001_orders.py"
    good = migration.read_text()
    yield migration
    migration.write_text(good)


def test_a_database_is_emptied_migrated_and_seeded_and_what_does_not_wait_for_that_is_left_alone(stack: Stack) -> None:
    order(stack)
    before, pids = identifier(stack), stack.pids()
    with Customers(stack) as customers:
        stack.run("reset", "postgres", "--yes")
        acknowledged = set(customers.ids)
        customers.wait_served()
        after = set(customers.ids[len(acknowledged) :])
    assert set(customers.answers) <= {201, 502, 503}
    assert changed(pids, stack.pids()) == DATABASE | WAITING
    assert identifier(stack) != before
    assert identifier(stack, "postgres-replica-1") == identifier(stack)
    assert after <= {number for (number,) in stack.query("postgres", "SELECT id FROM orders")}
    eventually(lambda: products(stack, "postgres-replica-1") == 10)
    assert healthy(stack)
    assert nothing_aside(stack)
    assert "nothing to change" in stack.run("up")


def test_a_replica_is_copied_from_its_primary_again_and_nobody_is_asked(stack: Stack) -> None:
    before, pids = content(stack), stack.pids()
    copied = (stack.folder / "data" / "postgres-replica-1").stat().st_ino
    with Customers(stack) as customers:
        stack.run("reset", "postgres-replica-1")
        customers.wait_served()
    assert set(customers.answers) == {201}
    assert changed(pids, stack.pids()) == {"postgres-replica-1"}
    assert (stack.folder / "data" / "postgres-replica-1").stat().st_ino != copied
    assert [replica["state"] for replica in stack.status()["replication"]] == ["streaming"]
    eventually(lambda: content(stack, "postgres-replica-1")["products"] == before["products"])


def test_orders_that_waited_in_redis_are_processed_after_it_is_emptied(stack: Stack) -> None:
    stack.run("exec", "redis", "--", "SET", "kept", "by redis")
    pids = stack.pids()
    os.kill(pids["orders-worker-1"], signal.SIGSTOP)
    try:
        waiting = [order(stack) for _ in range(5)]
        eventually(lambda: stack.query("postgres", "SELECT count(*) FROM outbox") == [(0,)])
        stack.run("reset", "redis", "--yes")
    finally:
        os.kill(pids["orders-worker-1"], signal.SIGCONT)
    assert changed(pids, stack.pids()) == {"redis"}
    assert stack.run("exec", "redis", "--", "GET", "kept") in {"(nil)\n", "\n"}
    done = "SELECT count(*) FROM orders WHERE id = ANY(%s) AND status = 'completed'"
    eventually(lambda: stack.query("postgres", done, waiting) == [(5,)], within=90)


def test_a_service_gets_new_processes_with_no_request_failed_and_its_restarts_forgotten(stack: Stack) -> None:
    stack.kill("orders-1")
    eventually(lambda: healthy(stack))
    pids = stack.pids()
    with Customers(stack) as customers:
        stack.run("reset", "orders")
        customers.wait_served()
    assert set(customers.answers) == {201}
    assert changed(pids, stack.pids()) == {"orders-1", "orders-2", "orders-relay"}
    assert {process["restarts"] for process in stack.status()["processes"]} == {0}


def test_one_process_alone_workers_and_the_gateway_get_new_processes(stack: Stack) -> None:
    pids = stack.pids()
    for part in ("orders-relay", "workers.orders", "gateway"):
        assert "is reset in" in stack.run("reset", part)
    assert changed(pids, stack.pids()) == {"orders-relay", "orders-worker-1", "gateway"}
    assert "nothing to change" in stack.run("up")


def test_a_reset_that_cannot_be_completed_changes_nothing(stack: Stack, migrations: Path) -> None:
    kept, before = order(stack), identifier(stack)
    migrations.write_text(migrations.read_text() + "\nraise RuntimeError('a typo of today')\n")
    told = stack.run("reset", "postgres", "--yes", status=1)
    assert "a typo of today" in told
    assert "Nothing was reset: postgres is as it was" in told
    assert identifier(stack) == before
    assert stack.query("postgres", "SELECT count(*) FROM orders WHERE id = %s", kept) == [(1,)]
    assert nothing_aside(stack)
    assert healthy(stack)


def test_ctrl_c_puts_the_data_back(stack: Stack) -> None:
    kept, before = order(stack), identifier(stack)
    reset = stack.start("reset", "postgres", "--yes")
    eventually(lambda: remade(stack), within=60)
    reset.send_signal(signal.SIGINT)
    _, errors = reset.communicate(timeout=120)
    assert reset.returncode == 130
    assert "Traceback" not in errors
    assert identifier(stack) == before
    assert stack.query("postgres", "SELECT count(*) FROM orders WHERE id = %s", kept) == [(1,)]
    assert nothing_aside(stack)
    assert healthy(stack)
    assert "nothing to change" in stack.run("up")


def test_a_killed_reset_is_finished_by_the_next_up(stack: Stack) -> None:
    order(stack)
    before = identifier(stack)
    reset = stack.start("reset", "postgres", "--yes")
    eventually(lambda: remade(stack), within=60)
    reset.kill()
    reset.communicate()
    stack.run("up")
    assert identifier(stack) != before
    assert (orders(stack), products(stack)) == (0, 10)
    assert nothing_aside(stack)
    assert healthy(stack)
    order(stack)


def test_a_database_can_be_begun_anew_with_another_version_of_postgres(stack: Stack) -> None:
    version = stack.folder / "data" / "postgres" / "PG_VERSION"
    before = version.read_text()
    wheel = programs.find(["postgres"], Programs(postgres="wheel"), None)["postgres"]
    if wheel.version[0] == int(before):
        pytest.skip("there is no second version. Install your system's PostgreSQL of another one than the wheel's")
    stack.edit(programs={"postgres": "wheel"})
    assert f"version {wheel.version[0]}, and the data folder is of version {before.strip()}" in stack.run(
        "up", status=1
    )
    stack.run("reset", "postgres", "--yes")
    assert version.read_text() != before
    assert "nothing to change" in stack.run("up")
    assert products(stack) == 10
    stack.edit(programs={})
    stack.run("reset", "postgres", "--yes")
    assert "nothing to change" in stack.run("up")


def test_without_a_terminal_or_consent_nothing_is_touched(stack: Stack) -> None:
    pids, before = stack.pids(), identifier(stack)
    for part, lost in (
        ("postgres", "the database and its replicas"),
        ("redis", "all keys of redis, waiting tasks included,"),
    ):
        told = stack.run("reset", part, status=1)
        assert told.startswith(f"scalewright: Delete {lost} of local (")
        assert "There is no terminal to answer on. Say --yes if you mean it" in told
        assert told.count("\n") == 1
    assert stack.pids() == pids
    assert identifier(stack) == before


def test_at_rest_a_replica_and_redis_are_deleted_and_the_next_up_makes_them_anew(stack: Stack) -> None:
    order(stack)
    placed = orders(stack)
    stack.run("down")
    data = stack.folder / "data"
    for part, kept in (("postgres-replica-1", ["postgres", "redis"]), ("redis", ["postgres"])):
        assert f"{part} is reset: its data is deleted" in stack.run("reset", part, "--yes")
        assert sorted(folder.name for folder in data.iterdir() if folder.is_dir()) == kept
    told = stack.run("reset", "redis", "--yes", status=1)
    assert "redis has no data, and local is not running: there is nothing to reset" in told
    stack.run("up")
    assert orders(stack) == placed
    assert healthy(stack)


def test_at_rest_a_database_is_deleted_and_the_next_up_begins_anew(stack: Stack) -> None:
    order(stack)
    stack.run("down")
    assert "keeps no data" in stack.run("reset", "orders", "--yes", status=1)
    stack.run("reset", "postgres", "--yes")
    assert not list((stack.folder / "data").glob("postgres*"))
    assert not list((stack.folder / "jobs").iterdir())
    stack.run("up")
    assert (orders(stack), products(stack)) == (0, 10)
    assert healthy(stack)
