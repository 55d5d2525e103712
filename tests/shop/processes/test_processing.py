"""Orders processed by a real relay and real workers, also when something is killed meanwhile."""

from __future__ import annotations

import json
import os
import signal
from typing import TYPE_CHECKING, Any

import psutil
import pytest

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

    import httpx
    from conftest import Postgres, Valkey
    from processes.conftest import Processes

ORDER = {"user_id": 1, "product_id": 1, "quantity": 2}
SLOW_RECEIPTS = """
CREATE FUNCTION slow_receipt() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN PERFORM pg_sleep(%s); RETURN NEW; END $$;
CREATE TRIGGER slow BEFORE INSERT ON receipts FOR EACH ROW EXECUTE FUNCTION slow_receipt();
"""


@pytest.fixture
def slow_receipts(postgres: Postgres) -> Any:
    """Makes processing take as long as a test says."""

    def install(seconds: float) -> None:
        postgres.sql(SLOW_RECEIPTS.replace("%s", str(seconds)))

    yield install
    postgres.sql("DROP FUNCTION IF EXISTS slow_receipt CASCADE")


async def _place(api: httpx.AsyncClient, count: int = 1) -> list[int]:
    responses = [await api.post("/orders", json=ORDER) for _ in range(count)]
    assert [response.status_code for response in responses] == [201] * count
    return [response.json()["id"] for response in responses]


def _completed(postgres: Postgres) -> list[int]:
    return [row[0] for row in postgres.sql("SELECT id FROM orders WHERE status = 'completed' ORDER BY id")]


def _receipts(postgres: Postgres) -> list[int]:
    return [row[0] for row in postgres.sql("SELECT order_id FROM receipts ORDER BY order_id")]


def _sleeping(postgres: Postgres) -> list[Any]:
    return postgres.sql("SELECT pid FROM pg_stat_activity WHERE wait_event = 'PgSleep'")


async def test_an_order_is_completed_with_a_receipt(
    api: httpx.AsyncClient, postgres: Postgres, processes: Processes, eventually: Callable[..., Any]
) -> None:
    processes.relay()
    processes.worker()
    ids = await _place(api, 20)
    eventually(lambda: _completed(postgres) == ids)
    assert _receipts(postgres) == ids
    assert postgres.sql("SELECT DISTINCT attempts FROM orders") == [(1,)]
    assert postgres.sql("SELECT count(*) FROM outbox") == [(0,)]
    assert postgres.sql("SELECT total_cents, currency FROM receipts WHERE order_id = 1") == [(3998, "EUR")]


async def test_an_order_placed_while_the_broker_is_down_is_completed_after(
    api: httpx.AsyncClient, postgres: Postgres, valkey: Valkey, processes: Processes, eventually: Callable[..., Any]
) -> None:
    relay, worker = processes.relay(), processes.worker()
    with valkey.away():
        ids = await _place(api, 3)
        eventually(lambda: "tries again" in processes.log("orders-relay").read_text())
        assert postgres.sql("SELECT count(*) FROM outbox") == [(3,)]
        eventually(lambda: "refused" in processes.log("orders-worker-1").read_text())
        (health,) = processes.folder.glob("orders-worker-1.*.health")
        last_beat = health.stat().st_mtime
    eventually(lambda: _completed(postgres) == ids)
    eventually(lambda: health.stat().st_mtime > last_beat)
    assert (relay.poll(), worker.poll()) == (None, None)
    logs = "".join(processes.log(name).read_text() for name in ("orders-relay", "orders-worker-1"))
    assert "p@ss" not in logs
    assert "p%40ss" not in logs


async def test_a_relay_that_starts_before_the_broker_waits_outside_a_transaction(
    api: httpx.AsyncClient, postgres: Postgres, valkey: Valkey, processes: Processes, eventually: Callable[..., Any]
) -> None:
    with valkey.away():
        await _place(api)
        processes.start("orders-relay", "shop.orders.relay")
        eventually(lambda: "tries again" in processes.log("orders-relay").read_text())
        assert postgres.sql(
            "SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction' AND application_name <> ''"
        ) == [(0,)]
    eventually(lambda: valkey.command("LLEN", "orders") == 1)


@pytest.mark.parametrize("variable", ["DATABASE_PASSWORD_FILE", "REDIS_PASSWORD_FILE"])
def test_a_relay_with_a_wrong_password_is_not_healthy(
    processes: Processes, eventually: Callable[..., Any], variable: str
) -> None:
    (processes.folder / "password").write_text("wrong")
    health = processes.folder / "health"
    variables = {"HEALTH_FILE": str(health), variable: str(processes.folder / "password")}
    relay = processes.start("orders-relay", "shop.orders.relay", **variables)
    eventually(lambda: processes.log("orders-relay").read_text().count("tries again") >= 3)
    assert relay.poll() is None
    assert not health.exists()


async def test_orders_are_completed_over_a_restart_of_the_database(
    api: httpx.AsyncClient, postgres: Postgres, processes: Processes, eventually: Callable[..., Any]
) -> None:
    relay, worker = processes.relay(), processes.worker()
    first = await _place(api)
    eventually(lambda: _completed(postgres) == first)
    postgres.primary.restart()
    second = await _place_when_possible(api, eventually)
    eventually(lambda: _completed(postgres) == [*first, *second])
    assert (relay.poll(), worker.poll()) == (None, None)


async def _place_when_possible(api: httpx.AsyncClient, eventually: Callable[..., Any]) -> list[int]:
    """The event loop did not run during the restart, so the first requests may still meet dead connections."""
    for _ in range(10):
        response = await api.post("/orders", json=ORDER)
        if response.status_code == 201:
            return [response.json()["id"]]
        assert response.status_code == 503
    raise AssertionError("the database is back and orders are not accepted")


async def test_what_a_flushed_broker_lost_is_sent_again(
    api: httpx.AsyncClient, postgres: Postgres, valkey: Valkey, processes: Processes, eventually: Callable[..., Any]
) -> None:
    processes.relay(RESEND_AFTER="0.5")
    ids = await _place(api, 5)
    eventually(lambda: valkey.command("LLEN", "orders") == 5)
    valkey.command("FLUSHALL")
    eventually(lambda: valkey.command("LLEN", "orders") == 5)
    processes.worker()
    eventually(lambda: _completed(postgres) == ids)


async def test_only_as_many_orders_as_were_lost_are_sent_again(
    api: httpx.AsyncClient, postgres: Postgres, valkey: Valkey, processes: Processes, eventually: Callable[..., Any]
) -> None:
    processes.relay(RESEND_AFTER="0.2")
    await _place(api, 5)
    eventually(lambda: valkey.command("LLEN", "orders") == 5)
    valkey.command("RPOP", "orders", 2)
    eventually(lambda: "2 tasks were lost" in processes.log("orders-relay").read_text())
    eventually(lambda: valkey.command("LLEN", "orders") == 5)
    assert postgres.sql("SELECT count(*) FROM outbox") == [(0,)]


async def test_two_relays_publish_each_task_once(
    api: httpx.AsyncClient, postgres: Postgres, valkey: Valkey, processes: Processes, eventually: Callable[..., Any]
) -> None:
    ids = await _place(api, 60)
    processes.relay()
    processes.relay()
    eventually(lambda: postgres.sql("SELECT count(*) FROM outbox") == [(0,)])
    messages = [json.loads(message) for message in valkey.command("LRANGE", "orders", 0, -1)]
    published = [message["headers"]["kwargsrepr"] for message in messages]
    assert sorted(published) == sorted(f"{{'order_id': {order_id}}}" for order_id in ids)


async def test_an_order_delivered_many_times_at_once_has_one_receipt(
    api: httpx.AsyncClient, postgres: Postgres, valkey: Valkey, processes: Processes, eventually: Callable[..., Any]
) -> None:
    (order_id,) = await _place(api)
    postgres.sql(
        "INSERT INTO outbox (task, queue, payload) SELECT task, queue, payload FROM outbox, generate_series(1, 3)"
    )
    processes.relay()
    eventually(lambda: valkey.command("LLEN", "orders") == 4)
    processes.worker(1)
    processes.worker(2)
    eventually(lambda: valkey.command("LLEN", "orders") == 0 and valkey.command("HLEN", "unacked") == 0)
    assert _completed(postgres) == _receipts(postgres) == [order_id]


async def test_an_order_whose_worker_is_killed_is_completed_by_another(
    api: httpx.AsyncClient, postgres: Postgres, processes: Processes, eventually: Callable[..., Any], slow_receipts: Any
) -> None:
    slow_receipts(0.5)
    processes.relay()
    killed = processes.worker(1)
    (order_id,) = await _place(api)
    eventually(lambda: _sleeping(postgres))
    children = psutil.Process(killed.pid).children()
    killed.kill()
    killed.wait()
    eventually(lambda: not any(child.is_running() for child in children))
    processes.worker(2)
    eventually(lambda: _completed(postgres) == [order_id])
    assert _receipts(postgres) == [order_id]
    assert postgres.sql("SELECT attempts FROM orders") == [(2,)]


async def test_an_order_that_kills_every_process_becomes_a_dead_letter(
    api: httpx.AsyncClient, postgres: Postgres, processes: Processes, eventually: Callable[..., Any], slow_receipts: Any
) -> None:
    slow_receipts(30)
    (order_id,) = await _place(api)
    postgres.sql("UPDATE orders SET attempts = 3")
    processes.relay()
    worker = processes.worker(concurrency=1, VISIBILITY_TIMEOUT="120")
    for attempt in (4, 5):
        eventually(lambda: postgres.sql("SELECT attempts FROM orders") == [(attempt,)])  # noqa: B023
        _kill_children(worker)
    eventually(lambda: postgres.sql("SELECT status FROM orders") == [("failed",)])
    assert postgres.sql("SELECT order_id, task, attempts, reason FROM dead_letters") == [
        (order_id, "orders.process", 6, "not completed in 5 attempts")
    ]
    assert _receipts(postgres) == []
    postgres.sql("DROP FUNCTION slow_receipt CASCADE")
    (later,) = await _place(api)
    eventually(lambda: _completed(postgres) == [later])


async def test_an_order_that_always_fails_becomes_a_dead_letter(
    api: httpx.AsyncClient, postgres: Postgres, valkey: Valkey, processes: Processes, eventually: Callable[..., Any]
) -> None:
    postgres.sql("ALTER TABLE receipts ADD CONSTRAINT refuse CHECK (false) NOT VALID")
    try:
        await _place(api)
        postgres.sql("UPDATE orders SET attempts = 2")
        processes.relay()
        processes.worker()
        eventually(lambda: postgres.sql("SELECT status FROM orders") == [("failed",)])
    finally:
        postgres.sql("ALTER TABLE receipts DROP CONSTRAINT refuse")
    assert postgres.sql("SELECT count(*) FROM dead_letters") == [(1,)]
    eventually(lambda: valkey.command("LLEN", "orders") == 0 and valkey.command("HLEN", "unacked") == 0)


async def test_a_worker_told_to_stop_finishes_its_task(
    api: httpx.AsyncClient, postgres: Postgres, processes: Processes, eventually: Callable[..., Any], slow_receipts: Any
) -> None:
    slow_receipts(0.5)
    processes.relay()
    worker = processes.worker()
    (order_id,) = await _place(api)
    eventually(lambda: _sleeping(postgres))
    worker.terminate()
    assert worker.wait(10) == 0
    assert _completed(postgres) == [order_id]
    assert postgres.sql("SELECT attempts FROM orders") == [(1,)]


def test_a_relay_told_to_stop_ends_at_once_and_well(processes: Processes) -> None:
    relay = processes.relay()
    relay.terminate()
    assert relay.wait(5) == 0
    assert "stopped" in processes.log("orders-relay").read_text()


def _kill_children(worker: subprocess.Popen[bytes]) -> None:
    for child in psutil.Process(worker.pid).children():
        os.kill(child.pid, signal.SIGKILL)
