"""Clients that hold a connection and send little or nothing: they are cut off, and nobody else notices."""

from __future__ import annotations

import socket
import time
from contextlib import ExitStack, suppress

import pytest
from tests.e2e.faults.faults import memory
from tests.e2e.faults.load import Load
from tests.e2e.local.stack import Stack, eventually

pytestmark = pytest.mark.e2e

HEAD = b"POST /orders HTTP/1.1\r\nHost: localhost\r\n"
BODY = b"Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n"
#: Seconds that the gateway gives a request, and a margin for a busy machine.
CUT_OFF = 10.0
MARGIN = 20.0
#: All that requests pass through.
ON_THE_WAY = ("gateway", "orders-1", "orders-2")
IDLE = 400
GROWTH = 64 * 2**20  # bytes


class Dripping:
    """A client that sends the beginning of a request at once, and the rest byte by byte until it is cut off."""

    def __init__(self, port: int, beginning: bytes, rest: bytes) -> None:
        self._connection = socket.create_connection(("127.0.0.1", port))
        self._connection.setblocking(False)
        self._connection.send(beginning)
        self._rest = rest
        self._began = time.monotonic()
        self.answer = b""
        self.seconds: float | None = None

    def close(self) -> None:
        self._connection.close()

    def drip(self) -> bool:
        """Send a byte and take what came; returns whether the connection has ended."""
        if self.seconds is None:
            try:
                received = None
                with suppress(BlockingIOError):
                    received = self._connection.recv(4096)
                    self.answer += received
                if received == b"":
                    self.seconds = time.monotonic() - self._began
                else:
                    self._connection.send(self._rest[:1])
                    self._rest = self._rest[1:] + self._rest[:1]
            except ConnectionError:
                self.seconds = time.monotonic() - self._began
        return self.seconds is not None


def test_clients_that_send_a_byte_at_a_time_are_cut_off_and_others_are_served(stack: Stack) -> None:
    with ExitStack() as connections, Load(stack) as load:
        drips = [
            Dripping(stack.port, *request)
            for request in ((HEAD, b"X-Slow: 1\r\n"), (HEAD + BODY, b" "), (b"", b"POST"))
            for _ in range(20)
        ]
        for drip in drips:
            connections.callback(drip.close)
        eventually(lambda: sum(drip.drip() for drip in drips) == len(drips), within=CUT_OFF + MARGIN)
    assert not load.failed, load
    assert min(drip.seconds or 0 for drip in drips) > CUT_OFF - 1
    # Traefik says nothing, 400 or 499 (Client Closed Request) where 408 could be: in any case it is the client's fault.
    assert {drip.answer[: len("HTTP/1.1 4")] for drip in drips} <= {b"", b"HTTP/1.1 4"}


def test_many_idle_connections_cost_little_and_others_are_served(stack: Stack) -> None:
    before = memory(stack, *ON_THE_WAY)
    with ExitStack() as connections:
        for _ in range(IDLE):
            connections.enter_context(socket.create_connection(("127.0.0.1", stack.port)))
        with Load(stack) as load:
            load.wait_for(50)
            assert memory(stack, *ON_THE_WAY) - before < GROWTH
    assert not load.failed, load
