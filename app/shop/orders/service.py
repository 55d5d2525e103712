"""What can be done with orders, whoever asks."""

from dataclasses import dataclass

from shop.kit.pagination import MAX_ID, decode_cursor, encode_cursor
from shop.kit.wal import Position
from shop.orders.models import Order
from shop.orders.repository import OrderRepository, UnknownProductError
from shop.products.service import ProductService


@dataclass(slots=True)
class Page:
    """Some of a user's orders, newest first, and where the next ones start."""

    orders: list[Order]
    next_cursor: str | None


class OrderService:
    """Places and finds orders."""

    def __init__(self, repository: OrderRepository, products: ProductService) -> None:
        self._repository = repository
        self._products = products

    async def place(self, user_id: int, product_id: int, quantity: int) -> tuple[Order, Position | None]:
        """Place an order at the product's price; return it with the position that reads need to see it.

        Raises `UnknownProductError`.
        """
        try:
            return await self._repository.place(user_id, product_id, quantity)
        except UnknownProductError:
            await self._products.forget(product_id)  # the cache may remember it
            raise

    async def get(self, order_id: int, *, after: Position | None = None) -> Order | None:
        """Return the order of that id, as new as `after` at least."""
        return await self._repository.get(order_id, after=after)

    async def page(self, user_id: int, *, limit: int, cursor: str | None, after: Position | None = None) -> Page:
        """Return a page of a user's orders; `ValueError` when `cursor` is not one."""
        before = decode_cursor(cursor) if cursor is not None else MAX_ID
        found = await self._repository.page(user_id, before=before, limit=limit + 1, after=after)
        more = len(found) > limit
        return Page(found[:limit], encode_cursor(found[limit - 1].id) if more else None)
