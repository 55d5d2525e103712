"""The endpoints of orders, and what they say to mistaken requests."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from asyncpg import CheckViolationError

from shop.kit.pagination import MAX_ID, encode_cursor

if TYPE_CHECKING:
    import httpx
    from conftest import Postgres

ORDER = {"user_id": 1, "product_id": 1, "quantity": 2}


async def _place(api: httpx.AsyncClient, **changes: Any) -> dict[str, Any]:
    response = await api.post("/orders", json={**ORDER, **changes})
    assert response.status_code == 201, response.text
    order: dict[str, Any] = response.json()
    return order


async def test_an_order_is_answered_with_its_total_in_minor_units(api: httpx.AsyncClient) -> None:
    response = await api.post("/orders", json=ORDER)
    assert response.status_code == 201
    order = response.json()
    created_at = datetime.fromisoformat(order.pop("created_at"))
    assert order == {**ORDER, "id": 1, "status": "pending", "total": 2 * 1999, "currency": "EUR"}
    assert abs(datetime.now(UTC) - created_at).total_seconds() < 60
    assert response.headers["location"] == "/orders/1"
    assert "/" in response.headers["consistency-token"]


async def test_an_order_is_read_as_it_was_answered(api: httpx.AsyncClient) -> None:
    order = await _place(api)
    response = await api.get(f"/orders/{order['id']}")
    assert (response.status_code, response.json()) == (200, order)


async def test_an_order_and_its_task_are_written_together(api: httpx.AsyncClient, postgres: Postgres) -> None:
    order = await _place(api)
    assert postgres.sql("SELECT task, queue, payload FROM outbox") == [
        ("orders.process", "orders", {"order_id": order["id"]})
    ]


async def test_an_order_that_is_not_written_leaves_no_task(api: httpx.AsyncClient, postgres: Postgres) -> None:
    postgres.sql("ALTER TABLE outbox ADD CONSTRAINT refuse CHECK (false) NOT VALID")
    try:
        with pytest.raises(CheckViolationError):
            await api.post("/orders", json=ORDER)
    finally:
        postgres.sql("ALTER TABLE outbox DROP CONSTRAINT refuse")
    assert postgres.sql("SELECT count(*) FROM orders") == [(0,)]


@pytest.mark.parametrize("order_id", [1, MAX_ID])
async def test_a_missing_order_is_404(api: httpx.AsyncClient, order_id: int) -> None:
    response = await api.get(f"/orders/{order_id}")
    assert (response.status_code, response.json()) == (404, {"detail": "Order not found"})


@pytest.mark.parametrize("order_id", ["0", "-1", str(MAX_ID + 1), "9" * 100, "one", "1.5", "%00"])
async def test_an_impossible_id_is_422(api: httpx.AsyncClient, order_id: str) -> None:
    response = await api.get(f"/orders/{order_id}")
    assert response.status_code == 422
    assert response.json()["detail"][0]["loc"] == ["path", "order_id"]


async def test_an_unknown_product_is_named(api: httpx.AsyncClient, postgres: Postgres) -> None:
    response = await api.post("/orders", json={**ORDER, "product_id": 404})
    assert response.status_code == 422
    assert response.json() == {
        "detail": [
            {
                "type": "value_error",
                "loc": ["body", "product_id"],
                "msg": "Product 404 does not exist",
                "input": 404,
            }
        ]
    }
    assert postgres.sql("SELECT count(*) FROM orders") == [(0,)]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"quantity": 0}, "quantity"),
        ({"quantity": -1}, "quantity"),
        ({"quantity": 1001}, "quantity"),
        ({"quantity": 10**400}, "quantity"),
        ({"quantity": "2"}, "quantity"),
        ({"quantity": 2.0}, "quantity"),
        ({"quantity": True}, "quantity"),
        ({"quantity": None}, "quantity"),
        ({"quantity": float("nan")}, "quantity"),
        ({"quantity": [float("inf")]}, "quantity"),
        ({"user_id": 0}, "user_id"),
        ({"user_id": MAX_ID + 1}, "user_id"),
        ({"user_id": "\ud800"}, "user_id"),
        ({"product_id": -(2**63)}, "product_id"),
        ({"product_id": 10**100}, "product_id"),
        ({"coupon": "x"}, "coupon"),
    ],
)
async def test_a_wrong_field_is_named(api: httpx.AsyncClient, changes: dict[str, Any], field: str) -> None:
    body = json.dumps({**ORDER, **changes})
    response = await api.post("/orders", content=body, headers={"content-type": "application/json"})
    assert response.status_code == 422
    assert [mistake["loc"] for mistake in response.json()["detail"]] == [["body", field]]


async def test_missing_fields_are_all_named(api: httpx.AsyncClient) -> None:
    response = await api.post("/orders", json={})
    assert response.status_code == 422
    assert {mistake["loc"][1] for mistake in response.json()["detail"]} == set(ORDER)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'"order"', b"\xff\xfe", b"[" * 100_000])
async def test_a_body_that_is_no_order_is_refused(api: httpx.AsyncClient, body: bytes) -> None:
    response = await api.post("/orders", content=body, headers={"content-type": "application/json"})
    assert response.status_code in {400, 422}
    assert response.json()["detail"]


@pytest.mark.parametrize("depth", [2, 500, 900])
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
async def test_nested_input_is_refused_and_not_echoed(
    api: httpx.AsyncClient, depth: int, opening: str, closing: str
) -> None:
    nested = opening * depth + "1" + closing * depth
    for body in (nested, f'{{"user_id": 1, "product_id": 1, "quantity": {nested}}}'):
        response = await api.post("/orders", content=body, headers={"content-type": "application/json"})
        assert response.status_code in {400, 422}  # 400: too deep for Python to read
        assert '"input"' not in response.text


async def test_the_largest_order_is_accepted(api: httpx.AsyncClient) -> None:
    order = await _place(api, user_id=MAX_ID, quantity=1000)
    assert order["total"] == 1000 * 1999


async def test_a_product_that_the_cache_remembers_and_the_database_lost_is_unknown(
    api: httpx.AsyncClient, postgres: Postgres
) -> None:
    postgres.sql("INSERT INTO products (id, name, price_cents, currency) VALUES (99, 'Ghost', 1, 'EUR')")
    assert (await api.get("/products/99")).status_code == 200
    postgres.sql("DELETE FROM products WHERE id = 99")
    postgres.replica_catches_up()
    response = await api.post("/orders", json={**ORDER, "product_id": 99})
    assert response.status_code == 422
    assert response.json()["detail"][0]["msg"] == "Product 99 does not exist"
    assert (await api.get("/products/99")).status_code == 404


async def test_pages_are_a_users_orders_newest_first(api: httpx.AsyncClient, postgres: Postgres) -> None:
    mine = [(await _place(api, user_id=7))["id"] for _ in range(5)]
    await _place(api, user_id=8)
    postgres.replica_catches_up()
    seen: list[list[int]] = []
    parameters: dict[str, Any] = {"user_id": 7, "limit": 2}
    while True:
        page = (await api.get("/orders", params=parameters)).json()
        seen.append([order["id"] for order in page["orders"]])
        if page["next_cursor"] is None:
            break
        parameters["cursor"] = page["next_cursor"]
        await _place(api, user_id=7)  # a newer order does not shift the pages
    assert seen == [mine[4:2:-1], mine[2:0:-1], mine[:1]]


async def test_the_last_full_page_has_no_cursor(api: httpx.AsyncClient, postgres: Postgres) -> None:
    for _ in range(2):
        await _place(api, user_id=7)
    postgres.replica_catches_up()
    page = (await api.get("/orders", params={"user_id": 7, "limit": 2})).json()
    assert len(page["orders"]) == 2
    assert page["next_cursor"] is None


async def test_a_user_without_orders_has_an_empty_page(api: httpx.AsyncClient) -> None:
    response = await api.get("/orders", params={"user_id": MAX_ID})
    assert (response.status_code, response.json()) == (200, {"orders": [], "next_cursor": None})


@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        ({}, "user_id"),
        ({"user_id": 0}, "user_id"),
        ({"user_id": MAX_ID + 1}, "user_id"),
        ({"user_id": 1, "limit": 0}, "limit"),
        ({"user_id": 1, "limit": 101}, "limit"),
        ({"user_id": 1, "cursor": ""}, "cursor"),
        ({"user_id": 1, "cursor": "next"}, "cursor"),
        ({"user_id": 1, "cursor": "ÿ\x00"}, "cursor"),
        ({"user_id": 1, "cursor": encode_cursor(5) + "="}, "cursor"),
        ({"user_id": 1, "cursor": "__________8"}, "cursor"),
    ],
)
async def test_a_wrong_page_is_422(api: httpx.AsyncClient, parameters: dict[str, Any], field: str) -> None:
    response = await api.get("/orders", params=parameters)
    assert response.status_code == 422
    assert [mistake["loc"] for mistake in response.json()["detail"]] == [["query", field]]


async def test_pages_are_read_from_the_index_of_user_and_id(postgres: Postgres) -> None:
    postgres.sql(
        "INSERT INTO orders (user_id, product_id, quantity, total_cents, currency)"
        " SELECT mod(n, 100), 1, 1, 1, 'EUR' FROM generate_series(1, 20000) n"
    )
    postgres.sql("ANALYZE orders")
    plan = postgres.sql("EXPLAIN SELECT * FROM orders WHERE user_id = 7 AND id < 15000 ORDER BY id DESC LIMIT 21")
    assert "Index Scan Backward using ix_orders_user_id_id" in " ".join(line for (line,) in plan)


async def test_the_schema_tells_units_bounds_and_errors(api: httpx.AsyncClient) -> None:
    document = (await api.get("/openapi.json")).json()
    assert "cents" in document["components"]["schemas"]["OrderRead"]["properties"]["total"]["description"]
    assert document["components"]["schemas"]["OrderCreate"]["additionalProperties"] is False
    assert set(document["paths"]["/orders"]["post"]["responses"]) == {"201", "400", "422", "503"}
    assert set(document["paths"]["/orders/{order_id}"]["get"]["responses"]) == {"200", "404", "422", "503"}
