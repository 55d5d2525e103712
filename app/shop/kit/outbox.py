"""Transactional outbox: a task is written with the change it belongs to, and published by the relay afterwards.

https://microservices.io/patterns/data/transactional-outbox.html
"""

from sqlalchemy import BigInteger, Column, DateTime, Identity, Table, Text, func, insert, literal, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.selectable import CTE, FromClause

from shop.kit.tables import metadata

outbox = Table(
    "outbox",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("task", Text, nullable=False),
    Column("queue", Text, nullable=False),
    Column("payload", JSONB, nullable=False, comment="the task's keyword arguments"),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)

#: How many tasks wait, and for how many seconds the oldest of them does.
BACKLOG = select(
    func.count(),
    func.coalesce(func.extract("epoch", func.clock_timestamp() - func.min(outbox.c.created_at)), 0),
).select_from(outbox)

# The subquery is materialized: planned as a join it could run again, and take more than a batch.
CLAIM = text("""
    WITH oldest AS MATERIALIZED (SELECT id FROM outbox ORDER BY id LIMIT :batch FOR UPDATE SKIP LOCKED),
         taken AS (DELETE FROM outbox USING oldest WHERE outbox.id = oldest.id RETURNING outbox.*)
    SELECT task, queue, payload FROM taken ORDER BY id
""")


def enqueue(task: str, queue: str, payload: ColumnElement[object], source: FromClause) -> CTE:
    """Make the part of a statement that writes one task per row of `source`."""
    rows = select(literal(task, Text), literal(queue, Text), payload).select_from(source)
    statement = insert(outbox).from_select(["task", "queue", "payload"], rows)
    return statement.returning(outbox.c.id).cte("queued")
