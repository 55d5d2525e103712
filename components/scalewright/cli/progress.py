"""Progress of a rollout: a live table on a terminal, one line for each event elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, Self

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

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
    **dict.fromkeys(("creating", "changing", "replacing", "importing"), "cyan"),
    **dict.fromkeys(("created", "changed", "replaced", "imported"), "green"),
    **dict.fromkeys(("deleting",), "yellow"),
    **dict.fromkeys(("deleted", "kept"), "dim"),
}


class Step(Protocol):
    """What is shown of something that is done, whatever does it."""

    @property
    def name(self) -> str:
        """What it is done to."""

    @property
    def phase(self) -> str:
        """How far it has come: a key of STYLES."""

    @property
    def seconds(self) -> float:
        """How long it took, once it has ended."""

    @property
    def elapsed(self) -> float:
        """Seconds since it was begun."""

    @property
    def detail(self) -> str:
        """What is to be said of it."""

    @property
    def reason(self) -> str:
        """Why it is done."""

    @property
    def remarkable(self) -> bool:
        """Whether it is worth showing."""

    @property
    def has_ended(self) -> bool:
        """Whether nothing more is done about it."""

    @property
    def line(self) -> str:
        """One line that tells how far it has come."""


class Progress:
    """Shows the steps that are worth it, as they are reported."""

    def __init__(self) -> None:
        self.console = Console(highlight=False)
        self._steps: Sequence[Step] = ()
        self._told: dict[str, str] = {}
        self._live = self._table_of_now() if self.console.is_terminal else None

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
            self._steps = self._shown(touching)
            return
        for step in touching:
            if step.phase not in ("waiting", self._told.get(step.name)):
                self._told[step.name] = step.phase
                self.console.print(step.line, soft_wrap=True)

    def _table_of_now(self) -> Live:
        return Live(console=self.console, get_renderable=lambda: _table(self._steps), refresh_per_second=12)

    def _shown(self, steps: Sequence[Step]) -> Sequence[Step]:
        """Return what the terminal has lines for: once there is more, what has ended is printed above it, for good."""
        if len(steps) < self.console.height and not self._told:
            return steps
        for step in steps:
            if step.has_ended and step.phase != self._told.get(step.name):
                self._told[step.name] = step.phase
                self.console.print(step.line, soft_wrap=True)
        return [step for step in steps if not step.has_ended]


def _table(steps: Sequence[Step]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    for step in steps:
        seconds = step.seconds or step.elapsed
        shown = f"{seconds:.1f} s" if seconds else ""
        table.add_row(
            step.name, Text(step.phase, style=STYLES[step.phase]), Text(shown, style="dim"), step.detail or step.reason
        )
    return table
