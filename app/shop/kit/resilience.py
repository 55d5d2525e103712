"""What keeps a failing dependency from failing its callers: a circuit breaker, a back-off, and limited patience."""

import asyncio
import time
from collections.abc import Coroutine
from typing import Any

_asked: set[asyncio.Task[bool]] = set()  # kept until they end: the event loop has weak references only


async def answers_within(seconds: float, *questions: Coroutine[Any, Any, bool]) -> list[bool]:
    """Ask all questions at once; one without an answer after `seconds` counts as `False`.

    It is cancelled, and its end is not waited for: to give up may itself take a while.
    """
    tasks = [asyncio.create_task(question) for question in questions]
    for task in tasks:
        _asked.add(task)
        task.add_done_callback(_asked.discard)
    if tasks:
        await asyncio.wait(tasks, timeout=seconds)
    for task in tasks:
        task.cancel()
    return [task.done() and task.result() for task in tasks]


class CircuitBreaker:
    """Stops calls to a dependency after `failures` failures in a row, for `cooldown` seconds.

    After the cool-down one call is let through: its success closes the circuit, its failure opens it again.
    """

    def __init__(self, *, failures: int, cooldown: float) -> None:
        self._limit = failures
        self._cooldown = cooldown
        self._failures = 0
        self._open_until = 0.0

    def allows(self) -> bool:
        """Whether a call may be made now; a `True` after a cool-down is given to one caller only."""
        if self._failures < self._limit:
            return True
        now = time.monotonic()
        if now < self._open_until:
            return False
        self._open_until = now + self._cooldown  # the others wait for this caller's result
        return True

    def succeeded(self) -> None:
        """Record that a call worked."""
        self._failures = 0

    def failed(self) -> None:
        """Record that a call failed."""
        self._failures += 1
        self._open_until = time.monotonic() + self._cooldown


class Backoff:
    """Delays that double from `first` to `last` seconds, until `reset`."""

    def __init__(self, *, first: float, last: float) -> None:
        self._first = self._delay = first
        self._last = last

    def next(self) -> float:
        """Seconds to wait before the next attempt."""
        delay = self._delay
        self._delay = min(2 * delay, self._last)
        return delay

    def reset(self) -> None:
        """Start again from `first`: the last attempt worked."""
        self._delay = self._first
