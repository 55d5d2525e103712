"""The engine of an outbox relay: moves committed tasks from the database to the broker.

It polls. LISTEN/NOTIFY would save the polls, but a transaction that notifies takes a lock on the whole database
at commit, so that writers would commit one after the other; a poll of an empty table costs about 0.1 ms.
https://www.postgresql.org/docs/current/sql-notify.html, `PreCommit_Notify` in src/backend/commands/async.c

Tasks are deleted, published and committed, in this order: a relay that dies in between publishes them again, so
delivery is at least once.
"""

import logging
import threading
import time
from collections.abc import Callable

from celery import Celery
from kombu.exceptions import KombuError
from redis.exceptions import RedisError
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from shop.kit.engine import is_outage
from shop.kit.health import HealthFile
from shop.kit.outbox import CLAIM
from shop.kit.resilience import Backoff

logger = logging.getLogger(__name__)

POLL_INTERVAL = 0.05  # seconds between looks at an empty outbox: on average half of it is added to a task's way
BATCH = 200  # tasks a transaction takes at most: bounds what is published twice after a crash

BROKER_ERRORS = (KombuError, RedisError, OSError)

Resend = Callable[[Connection, int], int]
"""Puts lost work into the outbox again, given how many tasks wait in the broker; returns how many were put."""


class Relay:
    """Publishes the outbox of one database to one broker, until `stop` is set.

    Any number may run: each takes tasks that no other holds.
    """

    def __init__(
        self, engine: Engine, celery: Celery, health: HealthFile, *, queue: str, resend: Resend, resend_every: float
    ) -> None:
        self._engine = engine
        self._celery = celery
        self._health = health
        self._queue = queue
        self._resend = resend
        self._resend_every = resend_every
        self._next_resend = time.monotonic() + resend_every
        self._backoff = Backoff(first=POLL_INTERVAL, last=1.0)

    def run(self, stop: threading.Event) -> None:
        """Relay until `stop`; a database or broker that is away is waited for."""
        while not stop.is_set():
            try:
                pause = 0.0 if self.step() == BATCH else POLL_INTERVAL
            except (SQLAlchemyError, *BROKER_ERRORS) as error:
                if isinstance(error, SQLAlchemyError) and not is_outage(error):
                    raise
                pause = self._backoff.next()
                logger.warning("tries again in %.2f s: %r", pause, error)
            else:
                self._backoff.reset()
            self._health.beat()
            stop.wait(pause)

    def step(self) -> int:
        """Publish one batch, and look for lost work when that is due; return how many tasks were published."""
        with self._engine.begin() as connection:
            tasks = connection.execute(CLAIM, {"batch": BATCH}).all()
            if tasks:
                self._publish([(task.task, task.queue, task.payload) for task in tasks])
        if time.monotonic() >= self._next_resend:
            self._next_resend = time.monotonic() + self._resend_every
            self._recover()
        return len(tasks)

    def _publish(self, tasks: list[tuple[str, str, dict[str, object]]]) -> None:
        """Send a batch in one round trip."""
        with self._celery.producer_pool.acquire(block=True) as producer, producer.batch():
            for name, queue, payload in tasks:
                self._celery.send_task(name, kwargs=payload, queue=queue, producer=producer)

    def _recover(self) -> None:
        with self._celery.connection_for_write() as broker, broker.channel() as channel:
            waiting = channel.queue_declare(queue=self._queue).message_count
        with self._engine.begin() as connection:
            resent = self._resend(connection, waiting)
        if resent:
            logger.warning("%d tasks were lost by the broker and are sent again", resent)
