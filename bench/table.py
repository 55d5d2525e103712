"""Figures as a table on the terminal, as Markdown and as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bench.figure import Figure

TITLES = ("figure", "measured", "limit or peer", "detail")


def terminal(figures: Iterable[Figure]) -> Table:
    """Make a table in which what is not kept is red."""
    table = Table(*TITLES, box=None, padding=(0, 2, 0, 0))
    for figure in figures:
        table.add_row(*_cells(figure), style="" if figure.kept else "red")
    return table


def markdown(figures: Iterable[Figure]) -> str:
    """Write a table for a page; what is not kept is bold."""
    lines = ["| " + " | ".join(TITLES) + " |", "|---" * len(TITLES) + "|"]
    for figure in figures:
        name, measured, *rest = _cells(figure)
        lines.append("| " + " | ".join([name, measured if figure.kept else f"**{measured}**", *rest]) + " |")
    return "\n".join(lines) + "\n"


def as_json(figures: Iterable[Figure]) -> str:
    """Write everything that was measured, for other programs."""
    return json.dumps([{**asdict(figure), "kept": figure.kept} for figure in figures], indent=2) + "\n"


def _cells(figure: Figure) -> tuple[str, str, str, str]:
    return figure.name, figure.measured, figure.against, figure.detail
