"""What keeps a failing dependency from failing its callers: a circuit breaker and a back-off."""

import time


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
