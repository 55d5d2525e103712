"""Read-your-writes over HTTP, with a real replica that lags."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import httpx
    from conftest import Postgres

ORDER = {"user_id": 1, "product_id": 1, "quantity": 1}


async def test_a_write_is_seen_by_a_read_that_brings_its_token(api: httpx.AsyncClient, postgres: Postgres) -> None:
    await api.post("/orders", json=ORDER)
    with postgres.replica_behind():
        token = (await api.post("/orders", json=ORDER)).headers["consistency-token"]
        page = (await api.get("/orders", params={"user_id": 1}, headers={"consistency-token": token})).json()
        stale = (await api.get("/orders", params={"user_id": 1})).json()
    assert [order["id"] for order in page["orders"]] == [2, 1]
    assert [order["id"] for order in stale["orders"]] == [1]


async def test_a_change_is_seen_by_a_read_that_brings_a_later_token(api: httpx.AsyncClient, postgres: Postgres) -> None:
    await api.post("/orders", json=ORDER)
    with postgres.replica_behind():
        postgres.sql("UPDATE orders SET status = 'completed' WHERE id = 1")
        token = (await api.post("/orders", json=ORDER)).headers["consistency-token"]
        fresh = (await api.get("/orders/1", headers={"consistency-token": token})).json()
        stale = (await api.get("/orders/1")).json()
    assert (fresh["status"], stale["status"]) == ("completed", "pending")


async def test_an_order_that_the_replica_misses_is_asked_of_the_primary(
    api: httpx.AsyncClient, postgres: Postgres
) -> None:
    with postgres.replica_behind():
        order = (await api.post("/orders", json=ORDER)).json()
        response = await api.get(f"/orders/{order['id']}")
    assert (response.status_code, response.json()) == (200, order)


async def test_an_order_costs_what_the_primary_says_whatever_replica_and_cache_remember(
    api: httpx.AsyncClient, postgres: Postgres
) -> None:
    assert (await api.get("/products/1")).json()["price"] == 1999
    with postgres.replica_behind():
        try:
            postgres.sql("UPDATE products SET price_cents = 2500 WHERE id = 1")
            order = (await api.post("/orders", json={**ORDER, "quantity": 2})).json()
        finally:
            postgres.sql("UPDATE products SET price_cents = 1999 WHERE id = 1")
    assert order["total"] == 5000


async def test_a_product_that_only_the_replica_has_cannot_be_ordered(
    api: httpx.AsyncClient, postgres: Postgres
) -> None:
    postgres.sql("INSERT INTO products (id, name, price_cents, currency) VALUES (99, 'Ghost', 1, 'EUR')")
    with postgres.replica_behind():
        postgres.sql("DELETE FROM products WHERE id = 99")
        assert (await api.post("/orders", json={**ORDER, "product_id": 99})).status_code == 422
    assert postgres.sql("SELECT count(*) FROM orders") == [(0,)]


@pytest.mark.parametrize("token", ["", "0", "0/", "G/0", "0/123456789", "0/1, 0/2", "-1/0", "0x1/0"])
async def test_a_malformed_token_is_422(api: httpx.AsyncClient, token: str) -> None:
    for path in ("/orders/1", "/orders?user_id=1"):
        response = await api.get(path, headers={"consistency-token": token})
        assert response.status_code == 422
        assert response.json()["detail"][0]["loc"] == ["header", "Consistency-Token"]


async def test_a_token_from_the_future_is_answered_by_the_primary(api: httpx.AsyncClient) -> None:
    order = (await api.post("/orders", json=ORDER)).json()
    response = await api.get("/orders/1", headers={"consistency-token": "FFFFFFFF/FFFFFFFF"})
    assert (response.status_code, response.json()) == (200, order)
