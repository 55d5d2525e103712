"""A replica of the API as the platform runs it: several processes, scraped, and stopped under load."""

from __future__ import annotations

import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import httpx
import psutil

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Postgres, Valkey
    from processes.conftest import Processes

ORDER = {"user_id": 1, "product_id": 1, "quantity": 1}


def test_several_processes_answer_one_scrape(
    postgres: Postgres, valkey: Valkey, processes: Processes, tmp_path: Path, free_port: Callable[[], int]
) -> None:
    service, url = processes.service(free_port(), workers=2, METRICS_DIR=str(tmp_path / "metrics"))
    workers = [child for child in psutil.Process(service.pid).children() if "spawn_main" in " ".join(child.cmdline())]
    assert len(workers) == 2
    for _ in range(20):
        with httpx.Client() as fresh_connection:
            assert fresh_connection.get(f"{url}/products/1").status_code == 200
    text = httpx.get(f"{url}/metrics").text
    assert 'http_requests_total{method="GET",route="/products/{product_id}",status="200"} 20.0' in text
    assert "outbox_backlog_tasks 0.0" in text
    assert "database_pool_connections_in_use" in text


def test_a_service_told_to_stop_answers_what_it_has_begun(
    postgres: Postgres, processes: Processes, free_port: Callable[[], int], eventually: Callable[..., Any]
) -> None:
    service, url = processes.service(free_port())
    assert httpx.post(f"{url}/orders", json=ORDER).status_code == 201
    with ThreadPoolExecutor() as threads:
        with postgres.locked("orders"):
            answer = threads.submit(httpx.post, f"{url}/orders", json=ORDER)
            waiting = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
            eventually(lambda: postgres.sql(waiting))
            service.send_signal(signal.SIGTERM)
            eventually(lambda: "Shutting down" in processes.log("orders-1").read_text())
        assert answer.result(10).status_code == 201
    assert service.wait(10) == -signal.SIGTERM  # uvicorn passes the signal on when it has drained
    assert postgres.sql("SELECT count(*) FROM orders") == [(2,)]
    log = processes.log("orders-1").read_text()
    assert "Application shutdown complete" in log
    assert "Traceback" not in log


def test_every_acknowledged_order_survives_a_killed_replica(
    postgres: Postgres, processes: Processes, free_port: Callable[[], int], eventually: Callable[..., Any]
) -> None:
    service, url = processes.service(free_port())
    acknowledged: list[int] = []
    gone = threading.Event()

    def place() -> None:
        with httpx.Client() as client:
            while not gone.is_set():
                try:
                    acknowledged.append(client.post(f"{url}/orders", json=ORDER).json()["id"])
                except httpx.TransportError:
                    gone.set()

    with ThreadPoolExecutor(4) as threads:
        for _ in range(4):
            threads.submit(place)
        eventually(lambda: len(acknowledged) > 50)
        service.kill()
    stored = {row[0] for row in postgres.sql("SELECT id FROM orders")}
    queued = {row[0]["order_id"] for row in postgres.sql("SELECT payload FROM outbox")}
    assert set(acknowledged) <= stored
    assert stored == queued


def test_a_service_told_to_stop_fails_its_liveness_probe_and_goes_on_answering(
    postgres: Postgres, processes: Processes, free_port: Callable[[], int], eventually: Callable[..., Any]
) -> None:
    service, url = processes.service(free_port())
    answers: list[int] = []
    enough = threading.Event()

    def browse() -> None:
        with httpx.Client() as client:
            while not enough.is_set():
                answers.append(client.get(f"{url}/products/1").status_code)

    with ThreadPoolExecutor(1) as threads, httpx.Client() as client:
        browsing = threads.submit(browse)
        try:
            eventually(lambda: answers)
            assert client.get(f"{url}/healthz").json() == {"status": "ok"}
            service.send_signal(signal.SIGTERM)
            eventually(lambda: client.get(f"{url}/healthz").status_code == 503)
            before = len(answers)
            eventually(lambda: len(answers) > before + 10)
        finally:
            enough.set()
        browsing.result(10)
    assert set(answers) == {200}
    assert service.wait(10) == -signal.SIGTERM
