"""A replica that its primary has left behind: what it has not read is gone there."""

import os
import signal
from collections.abc import Iterator

import psutil
import pytest
from tests.e2e.commands.database import superuser
from tests.e2e.local.stack import Stack, eventually, lines
from tests.e2e.recovery.databases import all_healthy, databases_only, products

pytestmark = pytest.mark.e2e

REPLICA = "postgres-replica-1"
ANEW = "was too far behind its primary; copied anew"


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Databases whose primary keeps little for a replica that stays away."""
    stack = databases_only(tmp_path_factory.mktemp("short") / "shop")
    stack.edit(postgres={"seed": "shop.products.seed", "parameters": {"max_slot_wal_keep_size": "16MB"}})
    stack.run("up")
    yield stack
    stack.run("down", "--delete-data", "--yes")
    assert not stack.leftovers()


def leave_behind(stack: Stack) -> None:
    """Part the replica from its primary while that writes more than it keeps for it."""
    parent = psutil.Process(stack.pids()[REPLICA])
    parent.send_signal(signal.SIGSTOP)  # it would start its receiver again
    try:
        (receiver,) = (child for child in parent.children() if "walreceiver" in " ".join(child.cmdline()))
        receiver.terminate()
        with superuser(stack) as connection:
            eventually(lambda: connection.execute("SELECT pid FROM pg_stat_replication").fetchall() == [])
            for _ in range(4):
                connection.execute("SELECT pg_logical_emit_message(false, 'filler', 'x')")
                connection.execute("SELECT pg_switch_wal()")
            connection.execute("CHECKPOINT")
            assert connection.execute("SELECT wal_status FROM pg_replication_slots").fetchall() == [("lost",)]
    finally:
        parent.send_signal(signal.SIGCONT)


def streams(stack: Stack) -> bool:
    return all_healthy(stack) and [one["state"] for one in stack.status()["replication"]] == ["streaming"]


def test_up_copies_it_anew_and_says_so(short: Stack) -> None:
    primary = short.pids()["postgres"]
    leave_behind(short)
    eventually(lambda: not all_healthy(short))
    assert "too far behind its primary" in short.run("preview")
    output = short.run("up")
    assert ANEW in lines(output, REPLICA)
    assert streams(short)
    assert short.pids()["postgres"] == primary
    assert "nothing to change" in short.run("up")


def test_it_is_copied_anew_when_it_is_started_for_another_reason(short: Stack) -> None:
    log = short.folder / "logs" / f"{REPLICA}.log"
    before = log.read_text().count(ANEW)
    leave_behind(short)
    os.kill(short.pids()[REPLICA], signal.SIGKILL)
    eventually(lambda: streams(short), within=60)
    assert log.read_text().count(ANEW) == before + 1
    assert short.query(REPLICA, "SELECT count(*) FROM products") == [(products(short),)]
    assert not list((short.folder / "data").glob(".*"))
