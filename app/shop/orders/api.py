"""HTTP endpoints of orders."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, HTTPException, Path, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import AfterValidator

from shop.kit.http import UNAVAILABLE, Problem
from shop.kit.pagination import MAX_ID
from shop.kit.wal import Position
from shop.orders.models import Order
from shop.orders.repository import UnknownProductError
from shop.orders.schemas import OrderCreate, OrderPage, OrderRead
from shop.orders.service import OrderService, Page

router = APIRouter(prefix="/orders", tags=["orders"], responses=UNAVAILABLE)

TOKEN_HEADER = "Consistency-Token"  # noqa: S105 - a position, not a secret


def _token(value: str) -> str:
    Position.parse(value)
    return value


ConsistencyToken = Annotated[
    str | None,
    Header(
        alias=TOKEN_HEADER,
        description="Token of an earlier write: the answer is at least as new as that write",
        examples=["0/3000148"],
    ),
    AfterValidator(lambda value: value if value is None else _token(value)),
]
WRITTEN: dict[str, Any] = {
    "headers": {
        TOKEN_HEADER: {
            "description": "Send it with a read that must see this write",
            "schema": {"type": "string", "examples": ["0/3000148"]},
        }
    }
}


@router.post("", response_model=OrderRead, status_code=201, responses={201: WRITTEN, 400: {"model": Problem}})
async def place_order(request: Request, response: Response, order: OrderCreate) -> Order:
    """Place an order. It is `pending` until a worker has processed it."""
    try:
        placed, position = await _orders(request).place(order.user_id, order.product_id, order.quantity)
    except UnknownProductError:
        raise _mistake(("body", "product_id"), f"Product {order.product_id} does not exist", order.product_id) from None
    response.headers["Location"] = f"/orders/{placed.id}"
    if position is not None:
        response.headers[TOKEN_HEADER] = str(position)
    return placed


@router.get("/{order_id}", response_model=OrderRead, responses={404: {"model": Problem}})
async def read_order(
    request: Request, order_id: Annotated[int, Path(ge=1, le=MAX_ID)], token: ConsistencyToken = None
) -> Order:
    """Return one order."""
    order = await _orders(request).get(order_id, after=_position(token))
    if order is None:
        raise HTTPException(404, "Order not found")
    return order


@router.get("", response_model=OrderPage)
async def list_orders(
    request: Request,
    user_id: Annotated[int, Query(ge=1, le=MAX_ID)],
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    cursor: Annotated[str | None, Query(description="`next_cursor` of the page before")] = None,
    token: ConsistencyToken = None,
) -> Page:
    """Return a page of a user's orders, newest first."""
    try:
        return await _orders(request).page(user_id, limit=limit, cursor=cursor, after=_position(token))
    except ValueError as error:
        raise _mistake(("query", "cursor"), f"The cursor {error}", cursor) from None


def _orders(request: Request) -> OrderService:
    service: OrderService = request.state.orders
    return service


def _position(token: str | None) -> Position | None:
    return None if token is None else Position.parse(token)


def _mistake(place: tuple[str, str], message: str, value: object) -> RequestValidationError:
    return RequestValidationError([{"type": "value_error", "loc": place, "msg": message, "input": value}])
