"""The read-through cache: with Redis, beside another process, and without Redis."""

from __future__ import annotations

import asyncio
import json
import time
from typing import TYPE_CHECKING, Any

import pytest

from shop.kit.cache import Cache

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from conftest import Valkey

    from shop.kit.settings import ServiceSettings


class Source:
    """Counts how often it is asked."""

    def __init__(self, record: dict[str, Any] | None = None, error: Exception | None = None) -> None:
        self.record, self.error = record, error
        self.loads = 0

    async def load(self) -> dict[str, Any] | None:
        self.loads += 1
        await asyncio.sleep(0)
        if self.error:
            raise self.error
        return self.record


@pytest.fixture
def source() -> Source:
    return Source({"price": 1999})


@pytest.fixture
async def cache(settings: ServiceSettings) -> AsyncIterator[Cache]:
    cache = Cache(settings, lifetime=300)
    yield cache
    await cache.close()


@pytest.fixture
async def another_process(settings: ServiceSettings) -> AsyncIterator[Cache]:
    """A cache that shares nothing but Redis."""
    cache = Cache(settings, lifetime=300)
    yield cache
    await cache.close()


async def test_fifty_callers_at_once_load_once(cache: Cache, source: Source) -> None:
    records = await asyncio.gather(*(cache.get("product:1", source.load) for _ in range(50)))
    assert records == [{"price": 1999}] * 50
    assert source.loads == 1


async def test_fifty_callers_at_once_load_once_without_redis(cache: Cache, source: Source, valkey: Valkey) -> None:
    with valkey.away():
        records = await asyncio.gather(*(cache.get("product:1", source.load) for _ in range(50)))
    assert records == [{"price": 1999}] * 50
    assert source.loads == 1


async def test_what_one_process_loaded_another_need_not(cache: Cache, another_process: Cache, source: Source) -> None:
    await cache.get("product:1", source.load)
    assert await another_process.get("product:1", source.load) == {"price": 1999}
    assert source.loads == 1


async def test_an_entry_lives_for_the_lifetime_and_no_longer(cache: Cache, source: Source, valkey: Valkey) -> None:
    await cache.get("product:1", source.load)
    assert 295 <= valkey.command("TTL", "product:1") <= 300


async def test_an_entry_whose_end_is_near_is_refreshed_while_it_is_still_served(
    cache: Cache, source: Source, valkey: Valkey
) -> None:
    entry = {"record": {"price": 1}, "expires": time.time() + 300, "cost": 0.0}
    valkey.command("SET", "product:1", json.dumps(entry))
    assert await cache.get("product:1", source.load) == {"price": 1}
    valkey.command("SET", "product:1", json.dumps({**entry, "cost": 1e15}))
    assert await cache.get("product:1", source.load) == {"price": 1999}
    assert source.loads == 1


async def test_an_entry_past_its_end_is_not_served(cache: Cache, source: Source, valkey: Valkey) -> None:
    entry = {"record": {"price": 1}, "expires": time.time() - 1, "cost": 0.0}
    valkey.command("SET", "product:1", json.dumps(entry))
    assert await cache.get("product:1", source.load) == {"price": 1999}


@pytest.mark.parametrize("entry", ["", "{", "[]", "1", '{"price": 1}', b"\xff"])
async def test_an_entry_that_is_not_understood_is_replaced(
    cache: Cache, source: Source, valkey: Valkey, entry: Any
) -> None:
    valkey.command("SET", "product:1", entry)
    for _ in range(2):
        assert await cache.get("product:1", source.load) == {"price": 1999}
    assert source.loads == 1


async def test_what_does_not_exist_is_not_remembered(cache: Cache) -> None:
    nothing = Source(None)
    assert [await cache.get("product:1", nothing.load) for _ in range(2)] == [None, None]
    assert nothing.loads == 2


async def test_a_failed_load_fails_its_callers_and_not_the_next(cache: Cache, source: Source) -> None:
    broken = Source(error=LookupError("away"))
    results = await asyncio.gather(*(cache.get("product:1", broken.load) for _ in range(5)), return_exceptions=True)
    assert [type(result) for result in results] == [LookupError] * 5
    assert broken.loads == 1
    assert await cache.get("product:1", source.load) == {"price": 1999}


async def test_a_caller_that_leaves_does_not_take_the_load_with_it(cache: Cache, source: Source) -> None:
    leaving, staying = (asyncio.create_task(cache.get("product:1", source.load)) for _ in range(2))
    await asyncio.sleep(0)
    leaving.cancel()
    assert await staying == {"price": 1999}
    assert leaving.cancelled()
    assert source.loads == 1


async def test_a_forgotten_entry_is_loaded_again(cache: Cache, source: Source) -> None:
    await cache.get("product:1", source.load)
    await cache.forget("product:1")
    await cache.get("product:1", source.load)
    assert source.loads == 2


async def test_without_redis_records_are_loaded_and_with_it_back_cached_again(
    cache: Cache, source: Source, valkey: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache._breaker, "_cooldown", 0.0)
    await cache.get("product:1", source.load)
    with valkey.away():
        for _ in range(5):
            assert await cache.get("product:2", source.load) == {"price": 1999}
        assert not await cache.ping()
    assert source.loads == 6
    assert await cache.ping()
    for _ in range(2):
        await cache.get("product:2", source.load)
    assert source.loads == 7


async def test_a_frozen_redis_is_soon_left_alone(
    cache: Cache, source: Source, valkey: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    await cache.get("product:1", source.load)
    with valkey.frozen():
        for _ in range(3):
            assert await cache.get("product:1", source.load) == {"price": 1999}
        assert not cache._breaker.allows()
    assert source.loads == 4
