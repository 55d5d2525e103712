"""Customers who order without pause while a command runs."""

from __future__ import annotations

import threading
import time
from collections import Counter
from typing import TYPE_CHECKING, Self

import httpx
from tests.e2e.local.stack import eventually

if TYPE_CHECKING:
    from tests.e2e.local.stack import Stack


class Customers:
    """Threads that order until the block ends; `ids` are those of the orders that were acknowledged."""

    def __init__(self, stack: Stack, *, count: int = 3) -> None:
        self._stack = stack
        self._ending = threading.Event()
        self._threads = [threading.Thread(target=self._order, args=(user,)) for user in range(1, count + 1)]
        self.ids: list[int] = []
        self.answers: Counter[int | str] = Counter()

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        self.wait_served()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        for thread in self._threads:
            thread.join()

    def wait_served(self, more: int = 20) -> None:
        """Wait until so many more orders were acknowledged."""
        target = len(self.ids) + more
        eventually(lambda: len(self.ids) >= target, within=60)

    def _order(self, user: int) -> None:
        with httpx.Client(timeout=30) as client:
            while not self._ending.is_set():
                try:
                    answer = self._stack.post(client, user=user)
                except httpx.TransportError as error:
                    self.answers[type(error).__name__] += 1
                    continue
                self.answers[answer.status_code] += 1
                if answer.status_code == 201:
                    self.ids.append(answer.json()["id"])
                time.sleep(0.01)
