"""What somebody else put into the queue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.shop.messages import MALFORMED

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx
    from conftest import Postgres, Valkey
    from processes.conftest import Processes


async def test_malformed_messages_are_dropped_and_the_same_worker_goes_on(
    api: httpx.AsyncClient, postgres: Postgres, valkey: Valkey, processes: Processes, eventually: Callable[..., Any]
) -> None:
    worker = processes.worker(concurrency=1)
    for kind, text in MALFORMED.items():
        valkey.command("LPUSH", "orders", text)
        eventually(lambda: valkey.command("LLEN", "orders") == 0 and valkey.command("HLEN", "unacked") == 0)
        assert worker.poll() is None, kind
    processes.relay()
    assert (await api.post("/orders", json={"user_id": 1, "product_id": 1, "quantity": 1})).status_code == 201
    eventually(lambda: postgres.sql("SELECT status FROM orders") == [("completed",)])
