"""Measure what ``make bench`` shows, on a copy of the project in a temporary folder and on free ports."""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from bench.project import Project

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROUNDS = 3


@dataclass(frozen=True)
class Figure:
    """Seconds of several rounds, and the limit for their median."""

    name: str
    seconds: tuple[float, ...]
    limit: float

    @property
    def median(self) -> float:
        """The median of the rounds."""
        return statistics.median(self.seconds)

    @property
    def kept(self) -> bool:
        """Whether the median is within its limit."""
        return self.median <= self.limit


def measure(rounds: int) -> Iterator[Figure]:
    """Yield each figure as soon as it is known."""
    with tempfile.TemporaryDirectory() as folder:
        project = Project(Path(folder) / "project")
        try:
            cold, warm, down = [], [], []
            for _ in range(rounds):
                project.run("down", "--delete-data", "--yes")
                cold.append(timed(lambda: project.run("up")))
                down.append(timed(lambda: project.run("down")))
                warm.append(timed(lambda: project.run("up")))
            yield Figure("up, from an empty state folder", tuple(cold), 10)
            yield Figure("up, with data", tuple(warm), 6)
            yield Figure("down", tuple(down), 5)
            nothing = [timed(lambda: project.run("up")) for _ in range(rounds)]
            yield Figure("up, with nothing to do", tuple(nothing), 1)
            preview = [timed(lambda: project.run("preview")) for _ in range(rounds)]
            yield Figure("preview", tuple(preview), 1)
        finally:
            project.run("down", "--delete-data", "--yes")


def timed(action: Callable[[], object]) -> float:
    """Return how many seconds an action takes."""
    begun = time.perf_counter()
    action()
    return time.perf_counter() - begun


def main() -> None:
    """Print one table; end with status 1 if a limit is not kept."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"rounds of each figure (default {ROUNDS})")
    console = Console(highlight=False)
    figures = []
    for figure in measure(parser.parse_args().rounds):
        console.print(f"measured: {figure.name}", style="dim")
        figures.append(figure)
    table = Table("figure", "median", "least", "most", "limit", "of limit", box=None, padding=(0, 2, 0, 0))
    for figure in figures:
        numbers = (figure.median, min(figure.seconds), max(figure.seconds), figure.limit)
        share = f"{figure.median / figure.limit:.0%}"
        table.add_row(
            figure.name, *(f"{number:.2f} s" for number in numbers), share, style="" if figure.kept else "red"
        )
    console.print(table)
    sys.exit(not all(figure.kept for figure in figures))


if __name__ == "__main__":
    main()
