"""The task that processes an order."""

import logging
import time
from functools import cache

import psycopg  # noqa: F401 - SQLAlchemy imports it late: after the fork, in every pool process
from celery import shared_task
from celery.exceptions import Reject
from pydantic import TypeAdapter
from sqlalchemy import Engine

from shop.kit.engine import sync_engine
from shop.kit.settings import WorkerSettings, load
from shop.orders import fulfilment
from shop.orders.schemas import Id

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 5
_FIRST_PAUSE, _LAST_PAUSE = 0.05, 2.0  # seconds before a failed order goes back to the queue
_ID = TypeAdapter(Id)


@shared_task(name=fulfilment.PROCESS_TASK)  # type: ignore[untyped-decorator]
def process(order_id: int) -> None:
    """Take an order from `pending` over `processing` to `completed`, with one receipt however often it is delivered.

    Attempts are counted in the database and in a transaction of their own, so that one which kills its process
    counts too: after `MAX_ATTEMPTS` the order is `failed` and a dead letter, instead of going round for ever. What is
    no id of an order has nothing to count by: it fails once, with a traceback in the log, and is dropped.
    """
    _ID.validate_python(order_id, strict=True)
    attempt: int | None = None
    try:
        with _engine().connect() as connection:
            with connection.begin():
                attempt = fulfilment.begin(connection, order_id)
            if attempt is None:
                logger.info("order %d needs no processing", order_id)
                return
            with connection.begin():
                if attempt > MAX_ATTEMPTS:
                    fulfilment.give_up(connection, order_id, f"not completed in {MAX_ATTEMPTS} attempts")
                    logger.error("order %d failed: not completed in %d attempts", order_id, MAX_ATTEMPTS)
                else:
                    fulfilment.complete(connection, order_id)
    except Exception as error:
        logger.exception("order %d goes back to the queue (attempt %s)", order_id, attempt or "not counted")
        time.sleep(min(_FIRST_PAUSE * 2 ** (attempt or MAX_ATTEMPTS), _LAST_PAUSE))
        raise Reject(str(error), requeue=True) from error


@cache
def _engine() -> Engine:
    """Return this process's engine, made at its first task: a forked pool process must not share its parent's."""
    settings = load(WorkerSettings)
    return sync_engine(
        settings,
        pool_size=settings.database_pool_size,
        max_overflow=settings.database_pool_overflow,
        statement_timeout=settings.visibility_timeout / 2,
    )
