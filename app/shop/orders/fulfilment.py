"""What happens to an order after it is placed, as SQL: begun, completed, given up, sent again.

Used by processes that do one thing at a time, the worker and the relay; each function runs in its caller's
transaction.
"""

from sqlalchemy import Connection, bindparam, func, literal, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from shop.orders.models import UNFINISHED, Status, dead_letters, orders, receipts

PROCESS_TASK = "orders.process"
QUEUE = "orders"

_RESEND_LIMIT = 10_000  # orders sent again at a time; the next look finds the others

_BEGIN = (
    update(orders)
    .where(orders.c.id == bindparam("order_id"), orders.c.status.in_(UNFINISHED))
    .values(status=Status.PROCESSING, attempts=orders.c.attempts + 1, updated_at=func.now())
    .returning(orders.c.attempts)
)

# Locks the order and holds for one caller only, so that an order gets either a receipt or a dead letter, and one of it.
_FINISH = (
    update(orders)
    .where(orders.c.id == bindparam("order_id"), orders.c.status == Status.PROCESSING)
    .values(status=bindparam("final"), updated_at=func.now())
)

# An order set back by hand may have its receipt or dead letter from before: that one stays.
_RECEIPT = (
    upsert(receipts)
    .from_select(
        ["order_id", "total_cents", "currency"],
        select(orders.c.id, orders.c.total_cents, orders.c.currency).where(orders.c.id == bindparam("order_id")),
    )
    .on_conflict_do_nothing()
)
_DEAD_LETTER = (
    upsert(dead_letters)
    .from_select(
        ["order_id", "task", "attempts", "reason"],
        select(
            orders.c.id, literal(PROCESS_TASK), orders.c.attempts, bindparam("reason", type_=dead_letters.c.reason.type)
        ).where(orders.c.id == bindparam("order_id")),
    )
    .on_conflict_do_nothing()
)

# What waits in the broker or the outbox is late, not lost: of all unfinished orders, fresh ones too, as many are lost
# as neither holds, and the overdue ones among them are sent again. So a long backlog is not doubled, and after the
# broker lost everything, everything is sent again.
_RESEND = text("""
    WITH overdue AS MATERIALIZED (
        SELECT id FROM orders
        WHERE status IN ('pending', 'processing') AND updated_at < now() - make_interval(secs => :age)
        ORDER BY updated_at
        LIMIT (SELECT least(greatest(count(*) - :waiting - (SELECT count(*) FROM outbox), 0), :limit) FROM orders
               WHERE status IN ('pending', 'processing'))
        FOR UPDATE SKIP LOCKED),
    again AS (
        UPDATE orders SET updated_at = now() FROM overdue WHERE orders.id = overdue.id RETURNING orders.id)
    INSERT INTO outbox (task, queue, payload)
    SELECT :task, :queue, jsonb_build_object('order_id', id) FROM again
""")


def begin(connection: Connection, order_id: int) -> int | None:
    """Count an attempt at an order and mark it `processing`; return the count, `None` when there is nothing to do."""
    attempt: int | None = connection.execute(_BEGIN, {"order_id": order_id}).scalar()
    return attempt


def complete(connection: Connection, order_id: int) -> None:
    """Mark the order `completed` and write its receipt; has no effect on an order that is final."""
    if _finish(connection, order_id, Status.COMPLETED):
        connection.execute(_RECEIPT, {"order_id": order_id})


def give_up(connection: Connection, order_id: int, reason: str) -> None:
    """Mark the order `failed` and keep it as a dead letter; has no effect on an order that is final."""
    if _finish(connection, order_id, Status.FAILED):
        connection.execute(_DEAD_LETTER, {"order_id": order_id, "reason": reason})


def resend(connection: Connection, *, waiting: int, age: float) -> int:
    """Put orders unfinished and untouched for `age` seconds into the outbox again, at most as many as were lost.

    Lost are the unfinished orders of any age beyond those in the outbox and the `waiting` tasks that the broker has,
    delivered ones included. Returns how many orders were put.
    """
    parameters = {"age": age, "waiting": waiting, "limit": _RESEND_LIMIT, "task": PROCESS_TASK, "queue": QUEUE}
    return connection.execute(_RESEND, parameters).rowcount


def _finish(connection: Connection, order_id: int, final: Status) -> bool:
    return connection.execute(_FINISH, {"order_id": order_id, "final": final}).rowcount > 0
