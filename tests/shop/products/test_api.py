"""The endpoint of products."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shop.kit.pagination import MAX_ID

if TYPE_CHECKING:
    import httpx
    from conftest import Postgres, Valkey


async def test_a_product_is_answered_with_its_price_in_minor_units(api: httpx.AsyncClient) -> None:
    response = await api.get("/products/1")
    assert response.status_code == 200
    assert response.json() == {"id": 1, "name": "Teapot", "price": 1999, "currency": "EUR"}


@pytest.mark.parametrize("product_id", [11, MAX_ID])
async def test_a_missing_product_is_404(api: httpx.AsyncClient, product_id: int) -> None:
    response = await api.get(f"/products/{product_id}")
    assert (response.status_code, response.json()) == (404, {"detail": "Product not found"})


@pytest.mark.parametrize("product_id", ["0", "-1", str(MAX_ID + 1), "tea"])
async def test_an_impossible_id_is_422(api: httpx.AsyncClient, product_id: str) -> None:
    response = await api.get(f"/products/{product_id}")
    assert response.status_code == 422
    assert response.json()["detail"][0]["loc"] == ["path", "product_id"]


async def test_a_product_is_answered_from_the_cache(api: httpx.AsyncClient, postgres: Postgres, valkey: Valkey) -> None:
    await api.get("/products/1")
    with postgres.replica.away(), postgres.primary.away():
        response = await api.get("/products/1")
    assert (response.status_code, response.json()["price"]) == (200, 1999)


async def test_a_new_product_is_found_before_the_replica_has_it(api: httpx.AsyncClient, postgres: Postgres) -> None:
    with postgres.replica_behind():
        postgres.sql("INSERT INTO products (id, name, price_cents, currency) VALUES (99, 'Cosy', 1, 'EUR')")
        response = await api.get("/products/99")
        postgres.sql("DELETE FROM products WHERE id = 99")
    assert response.json()["name"] == "Cosy"
