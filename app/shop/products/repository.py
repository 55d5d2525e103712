"""All SQL about products that requests run."""

from sqlalchemy import bindparam, select

from shop.kit.database import Database
from shop.products.models import Product, products

_BY_ID = select(products.c.id, products.c.name, products.c.price_cents, products.c.currency).where(
    products.c.id == bindparam("id")
)


class ProductRepository:
    """Products in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, product_id: int) -> Product | None:
        """Return the product of that id."""
        row = await self._database.read_one(_BY_ID, {"id": product_id})
        return Product(*row) if row else None
