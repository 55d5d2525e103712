"""Progress of a rollout: a live table on a terminal, one line for each event elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

    from scalewright.local.step import Step

#: How each phase is shown on a terminal.
STYLES = {
    "waiting": "dim",
    "stopping": "yellow",
    "starting": "cyan",
    "healthy": "green",
    "done": "green",
    "stopped": "dim",
    "removed": "dim",
    "failed": "bold red",
    "skipped": "red",
}


class Progress:
    """Shows the steps that are worth it, as they are reported."""

    def __init__(self) -> None:
        self.console = Console(highlight=False)
        self._live = Live(console=self.console, refresh_per_second=12) if self.console.is_terminal else None
        self._told: dict[str, str] = {}

    def __enter__(self) -> Self:
        if self._live:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._live:
            self._live.stop()

    def report(self, steps: Sequence[Step]) -> None:
        """Show how far each step has come."""
        touching = [step for step in steps if step.remarkable]
        if self._live:
            if touching:
                self._live.update(_table(touching))
            return
        for step in touching:
            if step.phase not in ("waiting", self._told.get(step.name)):
                self._told[step.name] = step.phase
                self.console.print(step.line, soft_wrap=True)


def _table(steps: Sequence[Step]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    for step in steps:
        seconds = step.seconds or step.elapsed
        shown = f"{seconds:.1f} s" if seconds else ""
        table.add_row(
            step.name, Text(step.phase, style=STYLES[step.phase]), Text(shown, style="dim"), step.detail or step.reason
        )
    return table
