"""The Celery application: JSON over Redis, with no task lost when a worker or the broker is.

Options of the Redis transport: kombu 5.7, `kombu/transport/redis.py`.
"""

import logging
import math
from queue import Empty
from typing import Any
from urllib.parse import quote

from celery import Celery
from kombu.connection import Connection
from kombu.transport import redis

from shop.kit.sentinel import ENCRYPTED, PRIMARY, SCHEME, is_sentinel
from shop.kit.settings import QueueSettings

logger = logging.getLogger(__name__)

CONNECT_TIMEOUT = 1.0  # seconds
ANSWER_TIMEOUT = 5.0  # seconds for an answer to a command


def celery_app(settings: QueueSettings, *, tasks: tuple[str, ...] = ()) -> Celery:
    """Make the application; `tasks` are the modules that define the tasks, needed only by workers.

    A task is acknowledged when it ended, and delivered again when its worker or pool process is killed: at the
    latest after the visibility timeout and one sweep. So a task may run twice, and every task must be idempotent.
    """
    sentinels = is_sentinel(settings.redis_url)
    app = Celery("shop", broker=_broker_url(settings), include=tasks, set_as_current=bool(tasks))
    app.amqp.Connection = _SentinelConnection if sentinels else _Connection
    app.conf.update(
        accept_content=["json"],
        task_serializer="json",
        task_ignore_result=True,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_publish_retry=False,  # the relay has its own back-off, and its transaction must stay short
        worker_prefetch_multiplier=1,
        worker_disable_prefetch=True,  # what waits stays in the list, where autoscalers can count it
        worker_hijack_root_logger=False,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        broker_connection_timeout=CONNECT_TIMEOUT,
        broker_transport_options={
            **_transport_options(settings.visibility_timeout),
            **(_sentinel_options(settings) if sentinels else {}),
        },
        broker_use_ssl=settings.redis_tls(settings.redis_url) or None,
    )
    return app


class _DropsWhatIsNoMessage:
    """Drops what somebody put into a queue and is no message at all: kombu's own channels would end the worker."""

    def _brpop_read(self, **options: Any) -> Any:
        try:
            return super()._brpop_read(**options)  # type: ignore[misc]
        except (ValueError, TypeError, LookupError) as error:
            logger.exception("dropped from a queue, as it is no message")
            raise Empty from error


class _Channel(_DropsWhatIsNoMessage, redis.Channel):
    pass


class _Transport(redis.Transport):
    Channel = _Channel


class _SentinelChannel(_DropsWhatIsNoMessage, redis.SentinelChannel):
    pass


class _SentinelTransport(redis.SentinelTransport):
    Channel = _SentinelChannel


class _Connection(Connection):
    """Reconnects within 2 s of the broker's return; kombu's own delays grow to 30 s."""

    def get_transport_cls(self) -> type[redis.Transport]:
        return _Transport

    def ensure_connection(self, *arguments: Any, **options: Any) -> Any:
        delays = {"interval_start": 0.2, "interval_step": 0.2, "interval_max": 2.0}
        return super().ensure_connection(*arguments, **{**delays, **options})  # type: ignore[no-untyped-call]


class _SentinelConnection(_Connection):
    """The same, asking sentinels for the primary each time."""

    def get_transport_cls(self) -> type[redis.Transport]:
        return _SentinelTransport


def unfinished_messages(channel: Any, queue: str) -> int:
    """Count the messages that wait in `queue`, and those of any queue that were delivered and not acknowledged."""
    waiting: int = channel.queue_declare(queue=queue).message_count
    delivered: int = channel.client.hlen(channel.unacked_key)
    return waiting + delivered


def _transport_options(visibility_timeout: float) -> dict[str, float]:
    sweep = min(10.0, max(0.5, visibility_timeout / 10))
    return {
        "visibility_timeout": visibility_timeout,
        # kombu looks for overdue tasks every interval x throttle, 100 s unless told.
        "unacked_restore_interval": sweep,
        "unacked_restore_throttle": 1,
        # A worker killed while it sweeps must not keep the others from sweeping for the default 300 s.
        "unacked_mutex_expire": max(1, math.ceil(sweep)),
        "socket_connect_timeout": CONNECT_TIMEOUT,
        "socket_timeout": ANSWER_TIMEOUT,
        "socket_keepalive": True,
        "health_check_interval": 5,
    }


def _sentinel_options(settings: QueueSettings) -> dict[str, Any]:
    """Tell sentinels, which have the same password as the servers, what is asked for."""
    tls = settings.redis_tls(settings.redis_url)
    return {
        "master_name": PRIMARY,
        "sentinel_kwargs": {
            "password": settings.redis_password.get_secret_value(),
            "socket_connect_timeout": CONNECT_TIMEOUT,
            "socket_timeout": CONNECT_TIMEOUT,
            **({"ssl": True, **tls} if tls else {}),
        },
    }


def _broker_url(settings: QueueSettings) -> str:
    password = quote(settings.redis_password.get_secret_value(), safe="")
    urls = (url.partition("://") for url in settings.redis_url.replace(ENCRYPTED, SCHEME).split(";"))
    return ";".join(f"{scheme}://:{password}@{rest.rpartition('@')[2]}" for scheme, _, rest in urls)
