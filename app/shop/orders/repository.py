"""All SQL about orders that requests run. Statements are built once: each has a cached compilation and plan."""

from sqlalchemy import BigInteger, SmallInteger, Text, bindparam, cast, func, insert, literal, select

from shop.kit.database import Database
from shop.kit.outbox import enqueue
from shop.kit.wal import Position
from shop.orders.fulfilment import PROCESS_TASK, QUEUE
from shop.orders.models import Order, orders
from shop.products.models import products

_FIELDS = (
    orders.c.id,
    orders.c.user_id,
    orders.c.product_id,
    orders.c.quantity,
    orders.c.status,
    orders.c.total_cents,
    orders.c.currency,
    orders.c.created_at,
)

# The price is the primary's, at the time of the order: no replica and no cache decides what is written. The lock is the
# one that the foreign key takes anyway: a product that is deleted meanwhile is no row, not a violation.
_quantity = bindparam("quantity", type_=SmallInteger)
_priced = (
    select(
        bindparam("user_id", type_=BigInteger),
        products.c.id,
        _quantity,
        _quantity * products.c.price_cents,
        products.c.currency,
    )
    .where(products.c.id == bindparam("product_id"))
    .with_for_update(read=True, key_share=True)
)
# One statement writes the order and its task: one round trip, and one transaction by itself.
_placed = (
    insert(orders)
    .from_select(["user_id", "product_id", "quantity", "total_cents", "currency"], _priced)
    .returning(*_FIELDS)
    .cte("placed")
)
_PLACE = select(_placed).add_cte(
    enqueue(PROCESS_TASK, QUEUE, func.jsonb_build_object(literal("order_id", Text), _placed.c.id), _placed)
)
_BY_ID = select(*_FIELDS).where(orders.c.id == bindparam("id"))
_PAGE = (
    select(*_FIELDS)
    .where(orders.c.user_id == bindparam("user_id"), orders.c.id < cast(bindparam("before"), BigInteger))
    .order_by(orders.c.id.desc())
    .limit(bindparam("limit"))
)


class UnknownProductError(Exception):
    """The product of an order does not exist."""


class OrderRepository:
    """Orders in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def place(self, user_id: int, product_id: int, quantity: int) -> tuple[Order, Position | None]:
        """Write an order and the task that will process it; `UnknownProductError` when there is no such product."""
        parameters = {"user_id": user_id, "product_id": product_id, "quantity": quantity}
        rows, position = await self._database.write(_PLACE, parameters)
        if not rows:
            raise UnknownProductError
        return Order(*rows[0]), position

    async def get(self, order_id: int, *, after: Position | None) -> Order | None:
        """Return the order of that id."""
        row = await self._database.read_one(_BY_ID, {"id": order_id}, after=after)
        return Order(*row) if row else None

    async def page(self, user_id: int, *, before: int, limit: int, after: Position | None) -> list[Order]:
        """Return up to `limit` orders of a user with ids below `before`, newest first."""
        parameters = {"user_id": user_id, "before": before, "limit": limit}
        return [Order(*row) for row in await self._database.read(_PAGE, parameters, after=after)]
