"""A process that is told to stop hears of it when nothing comes any more."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Iterator

import pytest

from shop.kit import drain
from shop.kit.drain import Drain, NoteRequests

LONG, SOON = 60.0, 10.0


@pytest.fixture
def told() -> Iterator[list[float]]:
    """The times at which the server was told to stop."""
    times: list[float] = []
    before = signal.signal(signal.SIGTERM, lambda *_: times.append(time.monotonic()))
    yield times
    signal.signal(signal.SIGTERM, before)


async def until_told(told: list[float]) -> None:
    async with asyncio.timeout(SOON):
        while not told:
            await asyncio.sleep(0.01)


async def request(draining: Drain, path: str) -> None:
    async def nothing(*_: object) -> None: ...

    await NoteRequests(nothing, draining)({"type": "http", "path": path}, nothing, nothing)  # type: ignore[arg-type]


async def test_a_server_without_requests_is_told_at_once(told: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drain, "LIMIT", LONG)
    draining = Drain()
    with draining.before_the_server_stops():
        assert not draining.begun
        signal.raise_signal(signal.SIGTERM)
        await until_told(told)
    assert draining.begun


async def test_a_server_with_requests_is_told_when_they_stop(told: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drain, "LIMIT", LONG)
    draining = Drain()
    with draining.before_the_server_stops():
        await request(draining, "/orders")
        signal.raise_signal(signal.SIGTERM)
        await until_told(told)
    assert told[0] - draining.last_request >= drain.QUIET


async def test_probes_are_no_requests(told: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drain, "QUIET", LONG)
    monkeypatch.setattr(drain, "LIMIT", LONG)
    draining = Drain()
    draining.last_request = -LONG
    with draining.before_the_server_stops():
        for path in drain.PROBES:
            await request(draining, path)
        signal.raise_signal(signal.SIGTERM)
        await until_told(told)


async def test_requests_without_end_do_not_keep_a_server_for_ever(
    told: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drain, "QUIET", LONG)
    monkeypatch.setattr(drain, "LIMIT", 0.1)
    draining = Drain()
    with draining.before_the_server_stops():
        await request(draining, "/orders")
        signal.raise_signal(signal.SIGTERM)
        await until_told(told)


async def test_who_asks_twice_is_not_kept_waiting(told: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drain, "QUIET", LONG)
    monkeypatch.setattr(drain, "LIMIT", LONG)
    draining = Drain()
    with draining.before_the_server_stops():
        await request(draining, "/orders")
        signal.raise_signal(signal.SIGTERM)
        assert not told
        signal.raise_signal(signal.SIGTERM)
        assert told


async def test_the_servers_own_handler_is_put_back(told: list[float]) -> None:
    server = signal.getsignal(signal.SIGTERM)
    with Drain().before_the_server_stops():
        assert signal.getsignal(signal.SIGTERM) is not server
    assert signal.getsignal(signal.SIGTERM) is server
