"""Each classic trouble is caused for real, and `scalewright doctor` names its cause and what to type."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import psycopg
import pytest
import redis
from tests.e2e.commands.doctor import find, findings, has_no_trouble
from tests.e2e.local.stack import Stack, eventually

pytestmark = pytest.mark.e2e

CGROUP = Path("/sys/fs/cgroup")


@pytest.fixture(autouse=True)
def _healthy_again(stack: Stack) -> Iterator[None]:
    """Each test leaves nothing that the next would find."""
    yield
    eventually(lambda: has_no_trouble(stack), within=90)


@contextlib.contextmanager
def frozen(pid: int) -> Iterator[None]:
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def connect(stack: Stack, server: str = "postgres", role: str = "owner", **options: Any) -> psycopg.Connection[Any]:
    user = "shop" if role == "owner" else "postgres"
    return psycopg.connect(
        host="127.0.0.1",
        port=stack.saved_ports[server],
        user=user,
        dbname=user,
        password=(stack.folder / "secrets" / f"postgres-{role}").read_text(),
        **options,
    )


def broker(stack: Stack) -> Any:
    return redis.Redis(port=stack.saved_ports["redis"], password=(stack.folder / "secrets" / "redis").read_text())


def take_all_connections(stack: Stack, held: contextlib.ExitStack) -> None:
    while True:
        held.enter_context(contextlib.closing(connect(stack, application_name="report")))


def fill(client: Any) -> None:
    for number in range(1000):
        client.set(f"filler:{number}", "x" * 10_000)


def order(stack: Stack, count: int) -> None:
    with httpx.Client(timeout=30) as client:
        for _ in range(count):
            assert stack.post(client).status_code == 201


def test_a_database_that_does_not_answer_is_frozen_and_goes_on(stack: Stack) -> None:
    pid = stack.pids()["postgres"]
    with frozen(pid):
        found = find(stack, "postgres", "postgres", "refuses connections: ")
    assert (found["cause"], found["remedy"]) == ("its process is frozen", f"kill -CONT {pid}")


def test_too_many_connections_are_counted_by_application_and_their_holder_is_named(stack: Stack) -> None:
    with contextlib.ExitStack() as held:
        with pytest.raises(psycopg.OperationalError, match="connection slots"):
            take_all_connections(stack, held)
        found = find(stack, "postgres", "postgres", "connections used: report ")
        refused = find(stack, "postgres", "postgres", "refuses connections: remaining connection slots")
    assert "too many connections: report holds " in found["cause"]
    assert found["remedy"] == f"kill {os.getpid()}  # report"
    assert "too many connections" in refused["cause"]


def test_a_password_that_is_wrong_is_told_from_a_database_that_is_away(stack: Stack) -> None:
    secret = stack.folder / "secrets" / "postgres-owner"
    right = secret.read_text()
    secret.write_text("wrong")
    try:
        found = find(stack, "postgres", "postgres", "password authentication failed")
    finally:
        secret.write_text(right)
    assert "is not the password that the server knows" in found["cause"]
    assert found["remedy"] == "scalewright down && scalewright up"


def test_a_replica_whose_replay_is_paused_is_behind_for_that_reason(stack: Stack) -> None:
    pid = stack.pids()["postgres-replica-1"]
    with connect(stack, "postgres-replica-1", "superuser", autocommit=True) as replica:
        replica.execute("SELECT pg_wal_replay_pause()")
        try:
            found = find(stack, "postgres", "postgres-replica-1", "its replay is paused")
        finally:
            replica.execute("SELECT pg_wal_replay_resume()")
    assert found["remedy"] == f"kill -INT {pid}"


def test_a_replica_that_does_not_stream_and_one_without_a_slot_are_found(stack: Stack) -> None:
    pid = stack.pids()["postgres-replica-1"]
    receivers = [child.pid for child in psutil.Process(pid).children() if "walreceiver" in " ".join(child.cmdline())]
    with frozen(pid), connect(stack, role="superuser", autocommit=True) as primary:
        for receiver in receivers:
            os.kill(receiver, signal.SIGKILL)
        eventually(lambda: not primary.execute("SELECT FROM pg_stat_replication").fetchall())
        assert "does not stream" in find(stack, "postgres", "postgres-replica-1", "does not stream")["seen"]
        primary.execute("SELECT pg_drop_replication_slot('postgres_replica_1')")
        found = find(stack, "postgres", "postgres-replica-1", "its slot postgres_replica_1 is gone")
    assert found["remedy"] == "scalewright up"
    stack.run("up")


def test_tasks_that_a_frozen_worker_does_not_take_are_counted(stack: Stack) -> None:
    pid = stack.pids()["orders-worker-1"]
    with frozen(pid):
        order(stack, 5)
        found = find(stack, "tasks", "queue orders", "none taken")
    assert "orders-worker-1 is frozen" in found["cause"]
    assert found["remedy"] == f"kill -CONT {pid}"
    eventually(lambda: broker(stack).llen("orders") == 0)


def test_tasks_in_a_queue_that_no_worker_consumes_are_found(stack: Stack) -> None:
    client = broker(stack)
    client.sadd("_kombu.binding.mails", "mails\x06\x16\x06\x16mails")
    client.lpush("mails", "{}")
    try:
        found = find(stack, "tasks", "queue mails", "1 waiting")
    finally:
        client.delete("_kombu.binding.mails", "mails")
    assert found["cause"] == "no workers consume it; the queues that are declared: orders"


def test_a_relay_that_is_frozen_is_why_the_outbox_fills(stack: Stack) -> None:
    pid = stack.pids()["orders-relay"]
    with frozen(pid):
        order(stack, 3)
        found = find(stack, "tasks", "outbox orders", "3 tasks wait to be sent")
    assert (found["cause"], found["remedy"]) == ("its relay is frozen (state T)", f"kill -CONT {pid}")


def test_a_worker_and_a_relay_are_silent_because_redis_is_away(stack: Stack) -> None:
    pid = stack.pids()["redis"]
    with frozen(pid):
        assert find(stack, "redis", "redis", "does not answer")["remedy"] == f"kill -CONT {pid}"
        for name in ("orders-worker-1", "orders-relay"):
            found = find(stack, "processes", name, "no heartbeat for ", within=90)
            assert (found["cause"], found["remedy"]) == ("redis, which it needs, is frozen", f"kill -CONT {pid}")


def test_a_broker_that_is_full_refuses_writes(stack: Stack) -> None:
    client = broker(stack)
    most = client.config_get("maxmemory")["maxmemory"]
    client.config_set("maxmemory", client.info("memory")["used_memory"] + 2**20)
    try:
        with pytest.raises(redis.exceptions.ResponseError, match="maxmemory"):
            fill(client)
        found = find(stack, "redis", "redis", "writes refused so far")
    finally:
        client.config_set("maxmemory", most)
        client.delete(*client.keys("filler:*"))
    assert found["cause"] == "out of memory: it refuses writes, so no task can be sent"
    assert "after raising redis.memory" in found["remedy"]


def test_a_process_that_was_killed_is_told_with_when_and_that_it_is_back(stack: Stack) -> None:
    stack.kill("orders-2")
    found = find(stack, "processes", "orders-2", "was killed by SIGKILL ")
    assert "kill -9" in found["cause"]
    assert found["remedy"] == "scalewright logs orders-2"


@pytest.mark.skipif(
    not os.access(CGROUP / "memory/cgroup.procs", os.W_OK) or not os.access("/dev/kmsg", os.R_OK),
    reason="no control group for memory can be made, or the kernel's log is not for this user to read",
)
def test_a_process_that_the_kernel_killed_for_lack_of_memory_is_told_from_one_killed_by_hand(stack: Stack) -> None:
    group = CGROUP / f"memory/scalewright-{os.getpid()}"
    group.mkdir()
    try:
        (group / "memory.limit_in_bytes").write_text(str(8 * 2**20))
        (group / "cgroup.procs").write_text(str(stack.pids()["orders-1"]))
        with pytest.raises(httpx.TransportError):
            httpx.post(
                f"http://127.0.0.1:{stack.saved_ports['orders-1']}/orders", content=b" " * 64 * 2**20, timeout=60
            )
        eventually(lambda: (group / "cgroup.procs").read_text() == "")
    finally:
        group.rmdir()
    found = find(stack, "processes", "orders-1", "was killed by SIGKILL ")
    assert found["cause"] == "out of memory: the kernel killed it, as its log tells"


def test_a_crash_loop_is_told_with_its_starts_and_the_import_that_fails(stack: Stack) -> None:
    main = stack.project / "app/shop/orders/main.py"
    code = main.read_text()
    main.write_text(f"import not_there_at_all\n{code}")
    try:
        stack.kill("orders-1")
        found = find(stack, "processes", "orders-1", "crash loop: started ", within=120)
    finally:
        main.write_text(code)
    stack.run("up")
    assert "Python finds no module not_there_at_all; its log ends with: ModuleNotFoundError" in found["cause"]
    assert found["remedy"] == "scalewright up  # after mending that"


@contextlib.contextmanager
def load(stack: Stack, clients: int) -> Iterator[None]:
    """Order without pause, whatever the answers are."""
    stopping = threading.Event()

    def ordering() -> None:
        with httpx.Client(timeout=30) as client:
            while not stopping.is_set():
                with contextlib.suppress(httpx.HTTPError):
                    stack.post(client)

    threads = [threading.Thread(target=ordering) for _ in range(clients)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stopping.set()
        for thread in threads:
            thread.join()


def test_a_lock_that_is_held_exhausts_the_pools_and_its_holder_is_named_with_how_to_end_it(stack: Stack) -> None:
    with connect(stack, application_name="batch") as holder:
        pid = holder.info.backend_pid
        holder.execute("LOCK TABLE orders IN ACCESS EXCLUSIVE MODE")
        with load(stack, 40):
            pool = find(stack, "services", "orders-1", "connections of its pool to primary in use")
            lock = find(stack, "postgres", "postgres", "wait for a lock")
            holder.rollback()
    assert "pool exhausted" in pool["cause"]
    assert f"batch (pid {pid}) holds it, idle in transaction for " in lock["cause"]
    assert lock["remedy"] == f'scalewright exec postgres -- -c "SELECT pg_terminate_backend({pid})"'


def test_the_remedy_for_a_lock_can_be_typed_as_it_is(stack: Stack) -> None:
    holder, waiter = connect(stack, application_name="batch"), connect(stack, application_name="waiter")
    holder.execute("LOCK TABLE orders IN ACCESS EXCLUSIVE MODE")
    with contextlib.closing(holder), contextlib.closing(waiter):
        waiting = threading.Thread(target=lambda: waiter.execute("SELECT count(*) FROM orders"))
        waiting.start()
        remedy = find(stack, "postgres", "postgres", "wait for a lock")["remedy"]
        typed = remedy.replace("scalewright", f"'{sys.executable}' -m scalewright", 1)
        subprocess.run(["sh", "-c", typed], cwd=stack.project, check=True, capture_output=True, timeout=60)
        waiting.join(timeout=60)
        assert not waiting.is_alive()


def test_a_service_whose_event_loop_is_frozen_does_not_answer(stack: Stack) -> None:
    pid = stack.pids()["orders-1"]
    with frozen(pid):
        found = find(stack, "services", "orders-1", "does not answer")
        others = [one["subject"] for one in findings(stack) if one["part"] == "services"]
    assert found["remedy"] == f"kill -CONT {pid}"
    assert others == ["orders-1"]


def test_a_gateway_that_is_frozen_is_found(stack: Stack) -> None:
    pid = stack.pids()["gateway"]
    with frozen(pid):
        found = find(stack, "services", "gateway", f"port {stack.port} does not answer")
    assert found["remedy"] == f"kill -CONT {pid}"


def test_a_statement_that_takes_very_long_is_named_without_its_values(stack: Stack) -> None:
    with connect(stack, application_name="report") as client:
        begun = time.monotonic()
        working = threading.Thread(target=lambda: client.execute("SELECT pg_sleep(14), 'confidential'"))
        working.start()
        eventually(lambda: time.monotonic() - begun > 10.5)
        notes = [one for one in findings(stack, "note") if "report (pid" in one["seen"]]
        working.join()
    assert "is at one statement for 1" in notes[0]["seen"]
    assert notes[0]["seen"].endswith(": SELECT pg_sleep(14), '...'")
