"""Products, orders and what belongs to them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_products()
    _create_orders()
    _create_receipts()
    _create_dead_letters()
    _create_outbox()


def downgrade() -> None:
    for table in ("outbox", "dead_letters", "receipts", "orders", "products"):
        op.drop_table(table)


def _create_products() -> None:
    op.create_table(
        "products",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("price_cents", sa.BigInteger, nullable=False, comment="integer minor units of the currency"),
        sa.Column("currency", sa.String(3), nullable=False, comment="ISO 4217"),
        _timestamp("created_at"),
        sa.CheckConstraint("price_cents BETWEEN 0 AND 1000000000000", name="ck_products_price_bounds"),
        sa.PrimaryKeyConstraint("id", name="pk_products"),
    )


def _create_orders() -> None:
    op.create_table(
        "orders",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("product_id", sa.BigInteger, nullable=False),
        sa.Column("quantity", sa.SmallInteger, nullable=False),
        sa.Column("total_cents", sa.BigInteger, nullable=False, comment="integer minor units of the currency"),
        sa.Column("currency", sa.String(3), nullable=False, comment="ISO 4217"),
        sa.Column("status", sa.Text, nullable=False, server_default="pending"),
        sa.Column("attempts", sa.SmallInteger, nullable=False, server_default="0", comment="times a worker began it"),
        _timestamp("created_at"),
        _timestamp("updated_at"),
        sa.CheckConstraint("quantity BETWEEN 1 AND 1000", name="ck_orders_quantity_bounds"),
        sa.CheckConstraint("status IN ('pending', 'processing', 'completed', 'failed')", name="ck_orders_status_known"),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name="fk_orders_product_id"),
        sa.PrimaryKeyConstraint("id", name="pk_orders"),
    )
    op.create_index("ix_orders_user_id_id", "orders", ["user_id", "id"])
    op.create_index(
        "ix_orders_unfinished",
        "orders",
        ["updated_at"],
        postgresql_where=sa.text("status IN ('pending', 'processing')"),
    )


def _create_receipts() -> None:
    op.create_table(
        "receipts",
        sa.Column("order_id", sa.BigInteger, nullable=False),
        sa.Column("total_cents", sa.BigInteger, nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        _timestamp("created_at"),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_receipts_order_id"),
        sa.PrimaryKeyConstraint("order_id", name="pk_receipts"),
        comment="the effect of processing an order, once",
    )


def _create_dead_letters() -> None:
    op.create_table(
        "dead_letters",
        sa.Column("order_id", sa.BigInteger, nullable=False),
        sa.Column("task", sa.Text, nullable=False),
        sa.Column("attempts", sa.SmallInteger, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        _timestamp("created_at"),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_dead_letters_order_id"),
        sa.PrimaryKeyConstraint("order_id", name="pk_dead_letters"),
        comment="orders given up, for a person to look at",
    )


def _create_outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("task", sa.Text, nullable=False),
        sa.Column("queue", sa.Text, nullable=False),
        sa.Column("payload", JSONB, nullable=False, comment="the task's keyword arguments"),
        _timestamp("created_at"),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
    )
    # Every row is soon deleted: without an early vacuum, each poll would walk over the dead ones.
    op.execute("ALTER TABLE outbox SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000)")


def _timestamp(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now())
