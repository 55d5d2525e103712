"""A read-through cache in Redis that is never needed: without Redis, reads only get slower.

Stampede protection is twofold. Within a process, callers of one key share one flight: one Redis command, one load.
Across processes there is no lock to wait for or to lose: an entry is refreshed shortly before it expires by a
caller that chance picks, the likelier the nearer the end and the dearer the load (XFetch: Vattani, Chierichetti,
Lowenstein, "Optimal Probabilistic Cache Stampede Prevention", VLDB 2015), while the others are still served.
A key that nobody has loaded yet costs one load per process at most.
"""

import asyncio
import json
import logging
import math
import random
import time
from collections.abc import Awaitable, Callable
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from shop.kit import sentinel
from shop.kit.resilience import CircuitBreaker
from shop.kit.settings import RedisSettings

logger = logging.getLogger(__name__)

TIMEOUT = 0.2  # seconds for Redis to accept a connection, and for an answer
MAX_CONNECTIONS = 20  # of each process; callers beyond them go without the cache

Record = dict[str, Any]
Load = Callable[[], Awaitable[Record | None]]


class Cache:
    """JSON records by key, each for `lifetime` seconds."""

    def __init__(self, settings: RedisSettings, *, lifetime: int) -> None:
        self._redis, self._sentinels = _clients(settings)
        self._lifetime = lifetime
        self._breaker = CircuitBreaker(failures=3, cooldown=2.0)
        self._flights: dict[str, asyncio.Task[Record | None]] = {}

    async def get(self, key: str, load: Load) -> Record | None:
        """Return the record of `key`; `load` it on a miss, and remember what it returned unless that is `None`."""
        flight = self._flights.get(key)
        if flight is None:
            flight = self._flights[key] = asyncio.create_task(self._fetch(key, load))
            flight.add_done_callback(lambda done: self._land(key, done))
        # A caller that is cancelled must not take the others' flight with it.
        return await asyncio.shield(flight)

    async def forget(self, key: str) -> None:
        """Drop the entry of `key`; without Redis it lives until its lifetime ends."""
        await self._try(self._redis.delete, key)

    async def ping(self) -> bool:
        """Whether Redis answers, whatever the circuit breaker thinks."""
        try:
            await self._redis.ping()
        except (RedisError, OSError) as error:
            logger.info("redis does not answer: %r", error)
            return False
        return True

    async def close(self) -> None:
        """Close all connections."""
        for client in (self._redis, *self._sentinels):
            await client.aclose()

    def _land(self, key: str, flight: asyncio.Task[Record | None]) -> None:
        del self._flights[key]
        if not flight.cancelled():
            flight.exception()  # retrieved here too, for the case that every caller was cancelled

    async def _fetch(self, key: str, load: Load) -> Record | None:
        entry = _fresh(await self._try(self._redis.get, key))
        if entry is not None:
            return entry
        started = time.monotonic()
        record = await load()
        if record is not None:
            cost = time.monotonic() - started
            entry = {"record": record, "expires": time.time() + self._lifetime, "cost": cost}
            await self._try(self._redis.set, key, json.dumps(entry), ex=self._lifetime)
        return record

    async def _try(self, command: Callable[..., Awaitable[Any]], *arguments: str, **options: int) -> Any:
        """Return the answer of a command, `None` without Redis."""
        if not self._breaker.allows():
            return None
        try:
            answer = await command(*arguments, **options)
        except (RedisError, OSError) as error:
            self._breaker.failed()
            logger.warning("going without the cache: %r", error)
            return None
        self._breaker.succeeded()
        return answer


def _clients(settings: RedisSettings) -> tuple[Redis, list[Redis]]:
    """Make the client of the server, and those of the sentinels that tell which one it is."""
    url, password = settings.cache_url, settings.redis_password.get_secret_value()
    options: dict[str, Any] = {
        "password": password,
        "socket_timeout": TIMEOUT,
        "socket_connect_timeout": TIMEOUT,
        "retry": Retry(NoBackoff(), 0),
        **settings.redis_tls(url),
    }
    if not sentinel.is_sentinel(url):
        return Redis.from_url(url, max_connections=MAX_CONNECTIONS, **options), []
    if sentinel.is_encrypted(url):
        options["ssl"] = True
    sentinels = Sentinel(sentinel.addresses(url), sentinel_kwargs=options, **options)  # type: ignore[no-untyped-call]
    primary = sentinels.master_for(sentinel.PRIMARY, db=sentinel.number(url), max_connections=MAX_CONNECTIONS)
    return primary, sentinels.sentinels


def _fresh(entry: bytes | None) -> Record | None:
    """Return the record of a stored entry, unless it is missing or due for its early refresh."""
    if entry is None:
        return None
    try:
        stored = json.loads(entry)
        record: Record = stored["record"]
        expires, cost = float(stored["expires"]), float(stored["cost"])
    except (ValueError, TypeError, LookupError) as error:
        logger.warning("replacing an entry that is not one of this cache: %r", error)
        return None
    early = cost * -math.log(1.0 - random.random())  # noqa: S311 - chance, not a secret
    return record if time.time() + early < expires else None
