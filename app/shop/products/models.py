"""The products table and the record of a product."""

from dataclasses import dataclass

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, Identity, String, Table, Text, func

from shop.kit.tables import metadata

products = Table(
    "products",
    metadata,
    # Not ALWAYS: the seed chooses its own ids.
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("name", Text, nullable=False),
    Column("price_cents", BigInteger, nullable=False, comment="integer minor units of the currency"),
    Column("currency", String(3), nullable=False, comment="ISO 4217"),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    # The upper bound keeps quantity x price within a bigint.
    CheckConstraint("price_cents BETWEEN 0 AND 1000000000000", name="price_bounds"),
)


@dataclass(slots=True)
class Product:
    """What can be ordered; `price` is in integer minor units (cents) of `currency` (ISO 4217)."""

    id: int
    name: str
    price: int
    currency: str
