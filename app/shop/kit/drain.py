"""The end of a replica that nobody notices: who sends it requests is told first, and given the time to stop.

uvicorn, told to stop, closes its port and its idle connections at once, and fails the requests that are on their way to
them. So SIGTERM first only fails the liveness probe, by which gateways choose replicas, and everything is answered as
ever; uvicorn hears of it when no more requests come. Where they stopped before, as in a rollout, that is at once.
"""

import asyncio
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from starlette.types import ASGIApp, Receive, Scope, Send

QUIET = 0.5  # seconds without a request after which none is expected
LIMIT = 3.0  # seconds for a gateway to notice: it asks every second, and waits a second for the answer
PROBES = frozenset({"/healthz", "/readyz", "/metrics"})


class Drain:
    """Whether this process was told to stop, and when the last request came that was no probe."""

    def __init__(self) -> None:
        self.begun = False
        self.last_request = 0.0

    @contextmanager
    def before_the_server_stops(self) -> Iterator[None]:
        """While entered, in the event loop's thread, hand SIGTERM to the server's own handler when it is quiet.

        A second SIGTERM is handed over at once. Without a server that handles signals there is nothing to put off.
        """
        server = signal.getsignal(signal.SIGTERM)
        if threading.current_thread() is not threading.main_thread() or not callable(server):
            yield
            return
        loop = asyncio.get_running_loop()

        def receive(number: int, frame: FrameType | None) -> None:
            if self.begun:
                server(number, frame)
            else:
                self.begun = True
                loop.call_soon_threadsafe(self._hand_over, loop, time.monotonic() + LIMIT)

        signal.signal(signal.SIGTERM, receive)
        try:
            yield
        finally:
            signal.signal(signal.SIGTERM, server)

    def _hand_over(self, loop: asyncio.AbstractEventLoop, deadline: float) -> None:
        """Raise the signal again once it is quiet, or at the deadline."""
        left = min(self.last_request + QUIET, deadline) - time.monotonic()
        if left > 0:
            loop.call_later(left, self._hand_over, loop, deadline)
        else:
            signal.raise_signal(signal.SIGTERM)


class NoteRequests:
    """ASGI middleware that tells a `Drain` of each request."""

    def __init__(self, app: ASGIApp, drain: Drain) -> None:
        self._app = app
        self._drain = drain

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Note the time of a request, and pass it on."""
        if scope["type"] == "http" and scope["path"] not in PROBES:
            self._drain.last_request = time.monotonic()
        await self._app(scope, receive, send)
