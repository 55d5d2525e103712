"""The engine of an outbox relay: moves committed tasks from the database to the broker.

It polls, less often where it has long found nothing. LISTEN/NOTIFY would save the polls, but a transaction that
notifies takes a lock on the whole database at commit, so that writers would commit one after the other; a poll of an
empty table costs about 0.1 ms.
https://www.postgresql.org/docs/current/sql-notify.html, `PreCommit_Notify` in src/backend/commands/async.c

Tasks are deleted, published and committed, in this order: a relay that dies in between publishes them again, so
delivery is at least once.
"""

import logging
import time
from collections.abc import Callable

from celery import Celery
from kombu.exceptions import KombuError
from kombu.messaging import Producer
from redis.exceptions import RedisError
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from shop.kit.broker import unfinished_messages
from shop.kit.engine import is_outage
from shop.kit.health import HealthFile
from shop.kit.outbox import CLAIM
from shop.kit.resilience import Backoff
from shop.kit.stop import StopSignal

logger = logging.getLogger(__name__)

POLL_INTERVAL = 0.05  # seconds between looks at an empty outbox: on average half of it is added to a task's way
IDLE_POLL_INTERVAL = 0.25  # the same when there was no task for IDLE_AFTER seconds: a fourth of a core's per cent
IDLE_AFTER = 10.0
BATCH = 200  # tasks a transaction takes at most: bounds what is published twice after a crash

BROKER_ERRORS = (KombuError, RedisError, OSError)

Resend = Callable[[Connection, int], int]
"""Puts lost work into the outbox again, given how many tasks the broker still has; returns how many were put."""


class Relay:
    """Publishes the outbox of one database to one broker, until it is told to stop.

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
        self._idle_from = time.monotonic() + IDLE_AFTER

    def run(self, stop: StopSignal) -> None:
        """Relay until `stop`; a database or broker that is away is waited for, and both are connected to anew.

        While it waits there is no heartbeat: a relay that cannot work must not look healthy.
        """
        while not stop.received:
            try:
                # Connecting first keeps a broker that cannot be reached out of the database's transactions.
                with self._engine.connect() as database, self._celery.connection_for_write() as broker:
                    broker.ensure_connection(max_retries=1, interval_start=0, interval_step=0)
                    producer = Producer(broker.channel())  # type: ignore[no-untyped-call]
                    self._serve(database, producer, stop)
            except (SQLAlchemyError, *BROKER_ERRORS) as error:
                if isinstance(error, SQLAlchemyError) and not is_outage(error):
                    raise
                pause = self._backoff.next()
                logger.warning("tries again in %.2f s: %r", pause, error)
                time.sleep(pause)

    def _serve(self, database: Connection, producer: Producer, stop: StopSignal) -> None:
        while not stop.received:
            published = self._publish(database, producer)
            if time.monotonic() >= self._next_resend:
                self._next_resend = time.monotonic() + self._resend_every
                self._resend_lost(database, producer)
            self._backoff.reset()
            self._health.beat()
            if published:
                self._idle_from = time.monotonic() + IDLE_AFTER
            if published < BATCH:
                time.sleep(POLL_INTERVAL if time.monotonic() < self._idle_from else IDLE_POLL_INTERVAL)

    def _publish(self, database: Connection, producer: Producer) -> int:
        """Publish a batch, in one round trip to the broker; return its size."""
        with database.begin():
            tasks = database.execute(CLAIM, {"batch": BATCH}).all()
            if tasks:
                with producer.batch():  # type: ignore[no-untyped-call]
                    for task in tasks:
                        self._celery.send_task(task.task, kwargs=task.payload, queue=task.queue, producer=producer)
        return len(tasks)

    def _resend_lost(self, database: Connection, producer: Producer) -> None:
        unfinished = unfinished_messages(producer.channel, self._queue)
        with database.begin():
            resent = self._resend(database, unfinished)
        if resent:
            logger.warning("%d tasks were lost by the broker and are sent again", resent)
