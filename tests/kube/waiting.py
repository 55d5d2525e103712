"""Waiting for what a cluster is asked about."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


def waiting(condition: Callable[[], Any], within: float) -> Any:
    """Return the first true answer to a question; fails where there is none within so many seconds."""
    deadline = time.monotonic() + within
    while not (answer := condition()):
        assert time.monotonic() < deadline, "it did not become so"
        time.sleep(0.2)
    return answer
