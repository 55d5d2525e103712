"""The tables of orders and the record of an order."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    SmallInteger,
    String,
    Table,
    Text,
    func,
    text,
)

from shop.kit.tables import metadata

MAX_QUANTITY = 1000


class Status(StrEnum):
    """Where an order stands; `completed` and `failed` are final."""

    PENDING = "pending"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"


UNFINISHED = (Status.PENDING, Status.PROCESSING)

orders = Table(
    "orders",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("user_id", BigInteger, nullable=False),
    Column("product_id", BigInteger, ForeignKey("products.id"), nullable=False),
    Column("quantity", SmallInteger, nullable=False),
    Column("total_cents", BigInteger, nullable=False, comment="integer minor units of the currency"),
    Column("currency", String(3), nullable=False, comment="ISO 4217"),
    Column("status", Text, nullable=False, server_default=Status.PENDING),
    Column("attempts", SmallInteger, nullable=False, server_default="0", comment="times a worker began it"),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("updated_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    CheckConstraint(f"quantity BETWEEN 1 AND {MAX_QUANTITY}", name="quantity_bounds"),
    CheckConstraint("status IN ('pending', 'processing', 'completed', 'failed')", name="status_known"),
    Index(None, "user_id", "id"),
    # Stays as small as the work at hand; the relay looks there for what was forgotten.
    Index("ix_orders_unfinished", "updated_at", postgresql_where=text("status IN ('pending', 'processing')")),
)

receipts = Table(
    "receipts",
    metadata,
    Column("order_id", BigInteger, ForeignKey("orders.id"), primary_key=True),
    Column("total_cents", BigInteger, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    comment="the effect of processing an order, once",
)

dead_letters = Table(
    "dead_letters",
    metadata,
    Column("order_id", BigInteger, ForeignKey("orders.id"), primary_key=True),
    Column("task", Text, nullable=False),
    Column("attempts", SmallInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    comment="orders given up, for a person to look at",
)


@dataclass(slots=True)
class Order:
    """An order; `total` is in integer minor units (cents) of `currency` (ISO 4217)."""

    id: int
    user_id: int
    product_id: int
    quantity: int
    status: Status
    total: int
    currency: str
    created_at: datetime
