"""Measure what `make bench` shows, on a copy of the project in a temporary folder and on free ports."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from bench import check, ci, commands, graph, preview, recovery, render, resting, scaling, soak, table, throughput
from bench.context import Bench
from bench.project import Project

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from bench.figure import Figure

GROUPS: dict[str, Callable[[Bench], Iterator[Figure]]] = {
    "commands": commands.measure,
    "resting": resting.measure,
    "scaling": scaling.measure,
    "recovery": recovery.measure,
    "throughput": throughput.measure,
    "render": render.measure,
    "preview": preview.measure,
    "check": check.measure,
    "ci": ci.measure,
    "graph": graph.measure,
    "soak": soak.measure,
}
SLOW = "soak"  # ten minutes
WIDTH = 160  # columns of a table that goes into a file or a pipe


def main() -> None:
    """Print one table; end with status 1 if a limit is not kept."""
    options = _parse()
    progress = Console(highlight=False, stderr=True)
    begun = time.monotonic()

    def say(text: str) -> None:
        progress.print(f"{time.monotonic() - begun:5.0f} s  {text}", style="dim", soft_wrap=True)

    groups = options.groups or [name for name in GROUPS if not (options.quick and name == SLOW)]
    figures = _measure(groups, options, say)
    if options.json:
        options.json.write_text(table.as_json(figures))
    if options.markdown:
        print(table.markdown(figures), end="")
    else:
        Console(highlight=False, width=None if sys.stdout.isatty() else WIDTH).print(table.terminal(figures))
    sys.exit(not all(figure.kept for figure in figures))


def _measure(groups: Sequence[str], options: argparse.Namespace, say: Callable[[str], None]) -> list[Figure]:
    """Bring up one stack, measure groups of figures on it, and leave nothing running."""
    figures = []
    with tempfile.TemporaryDirectory() as folder:
        project = Project(Path(folder) / "project")
        bench = Bench(project, options.rounds, options.seconds, options.requests, options.scalings, say)
        try:
            for group in groups:
                say(f"{group}:")
                for figure in GROUPS[group](bench):
                    say(f"{figure.name}: {figure.measured} {figure.detail}".rstrip())
                    figures.append(figure)
        finally:
            project.run("down", "--delete-data", "--yes")
    return figures


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("groups", nargs="*", metavar="GROUP", help=f"what to measure, of {', '.join(GROUPS)}; else all")
    parser.add_argument("--quick", action="store_true", help=f"leave out {SLOW}, which takes about ten minutes")
    for name, default, what in (
        ("rounds", 3, "rounds of each figure"),
        ("seconds", 10, "seconds of each load"),
        ("requests", 200_000, "requests of the soak"),
        ("scalings", 50, "times the soak scales up and down, at least 6"),
    ):
        parser.add_argument(
            f"--{name}", type=_positive, default=default, metavar="N", help=f"{what} (default {default})"
        )
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep everything that was measured")
    parser.add_argument("--markdown", action="store_true", help="print the table as Markdown")
    options = parser.parse_args()
    if unknown := [group for group in options.groups if group not in GROUPS]:
        parser.error(f"there is no group {', '.join(unknown)}; there are {', '.join(GROUPS)}")
    return options


def _positive(text: str) -> int:
    number = int(text) if text.isdigit() else 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text!r} must be a whole number of 1 or more")
    return number


if __name__ == "__main__":
    main()
