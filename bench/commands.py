"""How long the commands of the toolkit take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.context import timed
from bench.figure import Figure, Limit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.context import Bench


def measure(bench: Bench) -> Iterator[Figure]:
    """Yield each figure as soon as it is known; everything is up afterwards."""
    run = bench.project.run
    cold, warm, down = [], [], []
    for number in range(1, bench.rounds + 1):
        bench.say(f"up and down, round {number} of {bench.rounds}")
        run("down", "--delete-data", "--yes")
        cold.append(timed(lambda: run("up")))
        down.append(timed(lambda: run("down")))
        warm.append(timed(lambda: run("up")))
    yield Figure("up, from an empty state folder", tuple(cold), limit=Limit(10))
    yield Figure("up, with data", tuple(warm), limit=Limit(6))
    yield Figure("down", tuple(down), limit=Limit(5))
    for name, command in (("up, with nothing to do", "up"), ("preview", "preview")):
        seconds = tuple(timed(lambda: run(command)) for _ in range(bench.rounds))  # noqa: B023 - called at once
        yield Figure(name, seconds, limit=Limit(1))
