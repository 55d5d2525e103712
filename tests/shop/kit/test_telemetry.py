"""What a scrape finds."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx
    from conftest import Postgres

ORDER = {"user_id": 1, "product_id": 1, "quantity": 1}


def _metric(text: str, name: str, **labels: str) -> float:
    """Sum of the samples of `name` that have these labels."""
    total = 0.0
    for sample in re.finditer(rf"^{name}(?:{{(.*)}})? (\S+)$", text, re.MULTILINE):
        if all(f'{label}="{value}"' in (sample[1] or "") for label, value in labels.items()):
            total += float(sample[2])
    return total


async def test_requests_are_counted_by_method_route_and_status(api: httpx.AsyncClient) -> None:
    before = (await api.get("/metrics")).text
    await api.post("/orders", json=ORDER)
    await api.get("/orders/1")
    await api.get("/orders/2")
    await api.get("/orders?user_id=1")
    await api.get("/nowhere/1")
    await api.request("BREW", "/orders")
    after = (await api.get("/metrics")).text
    for labels in (
        {"method": "POST", "route": "/orders", "status": "201"},
        {"method": "GET", "route": "/orders/{order_id}", "status": "200"},
        {"method": "GET", "route": "/orders/{order_id}", "status": "404"},
        {"method": "GET", "route": "/orders", "status": "200"},
        {"method": "GET", "route": "unmatched", "status": "404"},
        {"method": "other", "status": "405"},
    ):
        for name in ("http_requests_total", "http_request_duration_seconds_count"):
            assert _metric(after, name, **labels) - _metric(before, name, **labels) == 1, (name, labels)
    assert _metric(after, "outbox_backlog_tasks") == 1
    assert 0 < _metric(after, "outbox_oldest_seconds") < 60
    assert _metric(before, "outbox_oldest_seconds") == 0


async def test_connections_in_use_are_counted(api: httpx.AsyncClient, postgres: Postgres) -> None:
    async def in_use() -> float:
        return _metric((await api.get("/metrics")).text, "database_pool_connections_in_use", server="primary")

    with postgres.locked("orders"):
        waiting = asyncio.create_task(api.post("/orders", json=ORDER))
        async with asyncio.timeout(10):
            while await in_use() != 1:
                pass
    assert (await waiting).status_code == 201
    assert await in_use() == 0


async def test_connections_in_use_are_none_after_an_outage(api: httpx.AsyncClient, postgres: Postgres) -> None:
    await api.post("/orders", json=ORDER)
    with postgres.primary.away():
        assert (await api.post("/orders", json=ORDER)).status_code == 503
    metrics = (await api.get("/metrics")).text
    assert _metric(metrics, "database_pool_connections_in_use", server="primary") == 0
