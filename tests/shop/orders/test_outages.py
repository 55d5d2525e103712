"""What callers get while a dependency is away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shop.kit import pool

if TYPE_CHECKING:
    import httpx
    import pytest
    from conftest import Postgres, Valkey

    from shop.kit.settings import ServiceSettings

ORDER = {"user_id": 1, "product_id": 1, "quantity": 1}


def _is_unavailable(response: httpx.Response) -> bool:
    return (
        response.status_code == 503
        and response.json() == {"detail": "Database unavailable"}
        and response.headers["retry-after"] == "1"
    )


async def test_without_the_primary_writes_are_503_and_reads_are_answered(
    api: httpx.AsyncClient, postgres: Postgres
) -> None:
    order = (await api.post("/orders", json=ORDER)).json()
    postgres.replica_catches_up()
    with postgres.primary.away():
        assert _is_unavailable(await api.post("/orders", json=ORDER))
        assert (await api.get("/orders/1")).json() == order
        assert _is_unavailable(await api.get("/orders/2"))  # the primary would know
        ready = await api.get("/readyz")
    assert ready.status_code == 503
    assert ready.json() == {
        "status": "unavailable",
        "checks": {"database": "unavailable", "redis": "ok", "replicas": ["ok"]},
    }


async def test_without_any_database_reads_are_503_and_the_process_is_healthy(
    api: httpx.AsyncClient, postgres: Postgres
) -> None:
    with postgres.replica.away(), postgres.primary.away():
        for path in ("/orders/1", "/orders?user_id=1", "/products/2"):
            assert _is_unavailable(await api.get(path))
        assert (await api.get("/healthz")).status_code == 200
        metrics = await api.get("/metrics")
    assert metrics.status_code == 200
    assert "outbox_" not in metrics.text


async def test_the_next_request_after_an_outage_is_answered(api: httpx.AsyncClient, postgres: Postgres) -> None:
    with postgres.primary.away():
        assert _is_unavailable(await api.post("/orders", json=ORDER))
    assert (await api.post("/orders", json=ORDER)).status_code == 201


async def test_without_the_replica_reads_are_answered(api: httpx.AsyncClient, postgres: Postgres) -> None:
    order = (await api.post("/orders", json=ORDER)).json()
    with postgres.replica.away():
        assert (await api.get("/orders/1")).json() == order
        ready = await api.get("/readyz")
    assert (ready.status_code, ready.json()["checks"]["replicas"]) == (200, ["unavailable"])


async def test_without_redis_orders_are_placed_and_products_read(api: httpx.AsyncClient, valkey: Valkey) -> None:
    with valkey.away():
        assert [(await api.post("/orders", json=ORDER)).status_code for _ in range(5)] == [201] * 5
        assert (await api.get("/products/1")).status_code == 200
        ready = await api.get("/readyz")
    assert (ready.status_code, ready.json()["checks"]["redis"]) == (200, "unavailable")


async def test_with_a_frozen_redis_orders_are_placed(api: httpx.AsyncClient, valkey: Valkey) -> None:
    await api.get("/products/1")
    with valkey.frozen():
        assert [(await api.post("/orders", json=ORDER)).status_code for _ in range(4)] == [201] * 4


async def test_with_a_frozen_replica_readiness_is_told_without_waiting_for_it(
    api: httpx.AsyncClient, postgres: Postgres
) -> None:
    healthy = {"database": "ok", "redis": "ok", "replicas": ["ok"]}
    assert (await api.get("/readyz")).json()["checks"] == healthy
    with postgres.replica.frozen():
        for _ in range(2):  # by a connection that fell silent, then by one that cannot be opened
            ready = await api.get("/readyz")
            assert (ready.status_code, ready.json()["checks"]) == (200, {**healthy, "replicas": ["unavailable"]})
    assert (await api.get("/readyz")).json()["checks"] == healthy


async def test_a_locked_table_is_503_and_no_hang(
    settings: ServiceSettings, postgres: Postgres, monkeypatch: pytest.MonkeyPatch, serving: Any
) -> None:
    monkeypatch.setattr(pool, "STATEMENT_TIMEOUT", 0.2)
    async with serving(settings) as client:
        with postgres.locked("orders"):
            assert _is_unavailable(await client.post("/orders", json=ORDER))
        assert (await client.post("/orders", json=ORDER)).status_code == 201


async def test_a_demoted_primary_is_503(settings: ServiceSettings, postgres: Postgres, serving: Any) -> None:
    demoted = settings.model_copy(update={"database_url": postgres.replica_url})
    async with serving(demoted) as client:
        assert _is_unavailable(await client.post("/orders", json=ORDER))
