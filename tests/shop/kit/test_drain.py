"""A process that is told to stop hears of it when nothing comes any more."""

from __future__ import annotations

import asyncio
import signal
import time
from typing import TYPE_CHECKING

import pytest

from shop.kit import drain
from shop.kit.drain import Drain, NoteRequests

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

LONG, SOON = 60.0, 10.0


class Server:
    """Notes when it was told to stop, as uvicorn's handler does."""

    def __init__(self) -> None:
        self.stopped: float | None = None
        self._told = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    def handle(self, _number: int, _frame: object) -> None:
        self.stopped = time.monotonic()
        self._loop.call_soon_threadsafe(self._told.set)

    async def is_told(self) -> float:
        """Wait until it is; returns when that was."""
        await asyncio.wait_for(self._told.wait(), SOON)
        assert self.stopped is not None
        return self.stopped


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    server = Server()
    before = signal.signal(signal.SIGTERM, server.handle)
    yield server
    signal.signal(signal.SIGTERM, before)


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a limit that no test lives to see."""
    monkeypatch.setattr(drain, "LIMIT", LONG)


async def request(draining: Drain, path: str) -> None:
    async def nothing(*_: object) -> None: ...

    await NoteRequests(nothing, draining)({"type": "http", "path": path}, nothing, nothing)  # type: ignore[arg-type]


@pytest.mark.usefixtures("patient")
async def test_a_server_without_requests_is_told_at_once(server: Server) -> None:
    draining = Drain()
    with draining.before_the_server_stops():
        assert not draining.begun
        signal.raise_signal(signal.SIGTERM)
        await server.is_told()
    assert draining.begun


@pytest.mark.usefixtures("patient")
async def test_a_server_with_requests_is_told_when_they_stop(server: Server) -> None:
    draining = Drain()
    with draining.before_the_server_stops():
        await request(draining, "/orders")
        signal.raise_signal(signal.SIGTERM)
        assert await server.is_told() - draining.last_request >= drain.QUIET


@pytest.mark.usefixtures("patient")
async def test_probes_are_no_requests(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drain, "QUIET", LONG)
    draining = Drain()
    draining.last_request = -LONG
    with draining.before_the_server_stops():
        for path in drain.PROBES:
            await request(draining, path)
        signal.raise_signal(signal.SIGTERM)
        await server.is_told()


async def test_requests_without_end_do_not_keep_a_server_for_ever(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drain, "QUIET", LONG)
    monkeypatch.setattr(drain, "LIMIT", 0.1)
    draining = Drain()
    with draining.before_the_server_stops():
        await request(draining, "/orders")
        signal.raise_signal(signal.SIGTERM)
        await server.is_told()


@pytest.mark.usefixtures("patient")
async def test_who_asks_twice_is_not_kept_waiting(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drain, "QUIET", LONG)
    draining = Drain()
    with draining.before_the_server_stops():
        await request(draining, "/orders")
        signal.raise_signal(signal.SIGTERM)
        assert server.stopped is None
        signal.raise_signal(signal.SIGTERM)
        assert server.stopped is not None


async def test_the_servers_own_handler_is_put_back(server: Server) -> None:
    with Drain().before_the_server_stops():
        assert signal.getsignal(signal.SIGTERM) != server.handle
    assert signal.getsignal(signal.SIGTERM) == server.handle
