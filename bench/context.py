"""What every group of figures is given."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.load import Target
from bench.stack import ORDERS, USERS, Stack

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.project import Project


@dataclass(frozen=True)
class Bench:
    """The stack to measure, and how long: rounds of a figure, seconds of a load, requests and scalings of the soak."""

    project: Project
    rounds: int
    seconds: int
    requests: int
    scalings: int
    say: Callable[[str], None]

    @property
    def stack(self) -> Stack:
        """The stack of the project."""
        return Stack(self.project)

    @property
    def target(self) -> Target:
        """The gateway, with the orders that `Stack.fill` makes."""
        return Target(self.project.url, ORDERS, USERS)


def timed(action: Callable[[], object]) -> float:
    """Return how many seconds an action takes."""
    begun = time.perf_counter()
    action()
    return time.perf_counter() - begun
