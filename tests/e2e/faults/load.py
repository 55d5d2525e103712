"""Clients that order, read what they ordered, and browse, without pause for as long as a fault lasts.

Each client has one request open at a time and never repeats one: what a user would see is on record, with its times.
"""

from __future__ import annotations

import itertools
import json
import threading
import time
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Self

import httpx
from tests.e2e.local.stack import Stack, eventually

if TYPE_CHECKING:
    from collections.abc import Callable

CLIENTS = 8
PAUSE = 0.02  # seconds between an order with its reads and the next: what two cores do beside all the servers
TIMEOUT = 30.0  # longer than any wait that the backend promises to end

#: Each order has a user of its own, so that an order which was written twice shows in the database.
users = itertools.count(1_000_000)


@dataclass(frozen=True)
class Request:
    """What became of one request; times are those of `time.monotonic`."""

    kind: Literal["place", "read", "browse"]
    start: float
    end: float
    status: int | None = None
    retry_after: str | None = None
    order: int | None = None
    error: str = ""

    @property
    def seconds(self) -> float:
        return self.end - self.start

    @property
    def failed(self) -> bool:
        return bool(self.error)

    @property
    def is_clean_503(self) -> bool:
        """Whether it was refused as it should be: a reason in JSON, and when to come again."""
        if self.status != 503 or not (self.retry_after or "").isdigit():
            return False
        return bool(json.loads(self.error)["detail"])

    def overlaps(self, start: float, end: float) -> bool:
        return self.start <= end and self.end >= start


class Load:
    """Clients in threads of their own, from entering to leaving; `requests` are those that have ended."""

    def __init__(self, stack: Stack, clients: int = CLIENTS) -> None:
        self.requests: list[Request] = []
        self._url = stack.url
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._client, name=f"client-{n}") for n in range(clients)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        try:
            self.wait_for(3 * len(self._threads))
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Let each client end what it is at."""
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def wait_for(self, more: int, within: float = 60.0) -> None:
        """Wait until so many more orders are acknowledged."""
        target = len(self.acknowledged) + more
        eventually(lambda: len(self.acknowledged) >= target, within)

    @property
    def acknowledged(self) -> list[int]:
        """The ids of the orders that were answered 201."""
        return [request.order for request in list(self.requests) if request.order is not None]

    @property
    def failed(self) -> list[Request]:
        """The requests without the answer that their client asked for."""
        return [request for request in list(self.requests) if request.failed]

    def __repr__(self) -> str:
        """Tell how many requests failed, and how."""
        ways = Counter((request.kind, request.status, request.error[:80]) for request in self.failed)
        told = [f"{count} x {kind}: {status or 'no answer'} {error}" for (kind, status, error), count in ways.items()]
        return f"{len(self.failed)} of {len(self.requests)} requests failed\n" + "\n".join(told)

    def _client(self) -> None:
        with httpx.Client(base_url=self._url, timeout=TIMEOUT) as client:
            while not self._stopping.is_set():
                self._visit(client, next(users))
                self._stopping.wait(PAUSE)

    def _visit(self, client: httpx.Client, user: int) -> None:
        product = 1 + user % 10
        body = {"user_id": user, "product_id": product, "quantity": 1}
        answer = self._send("place", lambda: client.post("/orders", json=body), 201)
        if answer is not None:
            # Without a position the order is committed, and a reader may have to ask the primary.
            token = {name: answer.headers[name] for name in ("Consistency-Token",) if name in answer.headers}
            path = f"/orders/{answer.json()['id']}"
            self._send("read", lambda: client.get(path, headers=token), 200, user_id=user)
        self._send("browse", lambda: client.get(f"/products/{product}"), 200, id=product)

    def _send(
        self, kind: Any, send: Callable[[], httpx.Response], status: int, **expected: int
    ) -> httpx.Response | None:
        """Send one request and record it; returns the answer if it is the one that was asked for."""
        start = time.monotonic()
        try:
            answer = send()
        except httpx.TransportError as error:
            self.requests.append(Request(kind, start, time.monotonic(), error=repr(error)))
            return None
        end = time.monotonic()
        good = answer.status_code == status and expected.items() <= answer.json().items()
        self.requests.append(
            Request(
                kind,
                start,
                end,
                answer.status_code,
                answer.headers.get("Retry-After"),
                answer.json()["id"] if good and kind == "place" else None,
                "" if good else answer.text or "an empty answer",
            )
        )
        return answer if good else None
