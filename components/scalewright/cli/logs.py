"""``scalewright logs``: what the processes say."""

from __future__ import annotations

import time
from typing import IO, TYPE_CHECKING

import click

from scalewright.cli.arguments import DEFAULT

if TYPE_CHECKING:
    from pathlib import Path

    from scalewright.cli.main import Project
    from scalewright.local.state import State

COLORS = ("cyan", "green", "yellow", "magenta", "blue", "bright_cyan", "bright_green", "bright_yellow")
POLL = 0.2


@click.command()
@click.argument("name", required=False)
@click.option("-e", "--env", "environment", default=DEFAULT, show_default=True, help="The environment.")
@click.option("-f", "--follow", is_flag=True, help="Go on with what is written from now on, until Ctrl-C.")
@click.option("-n", "--lines", default=20, show_default=True, type=click.IntRange(min=0), help="Lines of each log.")
@click.pass_obj
def logs(project: Project, name: str | None, environment: str, *, follow: bool, lines: int) -> None:
    """Print the last lines of every process, or of NAME.

    NAME is one process, such as `orders-1`, or a part, such as `orders` for all its processes.
    """
    from scalewright.local.state import State

    state = State(project.project, environment)
    names = _select(state, name)
    width = max(map(len, names))
    tails = [Tail(state / f"logs/{one}.log", _prefix(one, width, index)) for index, one in enumerate(names)]
    for tail in tails:
        tail.show_last(lines)
    try:
        while follow:
            if not any([tail.show_new() for tail in tails]):  # noqa: C419 - every log is read, not just the first
                time.sleep(POLL)
    except KeyboardInterrupt:
        return


def _select(state: State, name: str | None) -> list[str]:
    from difflib import get_close_matches

    from scalewright.local.errors import PlatformError

    names = sorted(path.stem for path in (state / "logs").glob("*.log"))
    if not names:
        raise PlatformError(f"environment {state.environment} has no logs here. Start it with `scalewright up`")
    chosen = [one for one in names if name is None or one == name or one.startswith(f"{name}-")]
    if not chosen:
        near = get_close_matches(str(name), names, n=1)
        hint = f"Did you mean {near[0]!r}? " if near else ""
        raise PlatformError(f"there is no log of {name!r}. {hint}There are: {', '.join(names)}")
    return chosen


def _prefix(name: str, width: int, index: int) -> str:
    return click.style(f"{name:<{width}} | ", fg=COLORS[index % len(COLORS)])


class Tail:
    """One log file, read from where it was last left; a log that was rotated is read from its new beginning."""

    def __init__(self, path: Path, prefix: str) -> None:
        self.path = path
        self.prefix = prefix
        self.file: IO[bytes] = path.open("rb")
        self.partial = b""

    def show_last(self, count: int) -> None:
        """Print the last lines."""
        for line in self.file.read().splitlines()[-count:] if count else []:
            self._print(line)
        self.file.seek(0, 2)

    def show_new(self) -> bool:
        """Print what was written since; returns whether there was anything."""
        *lines, self.partial = (self.partial + self.file.read()).split(b"\n")
        for line in lines:
            self._print(line)
        if not lines and self.path.exists() and self.path.stat().st_ino != self._inode():
            self.file.close()
            self.file, self.partial = self.path.open("rb"), b""
            return True
        return bool(lines)

    def _inode(self) -> int:
        import os

        return os.fstat(self.file.fileno()).st_ino

    def _print(self, line: bytes) -> None:
        click.echo(self.prefix + line.decode(errors="replace"))
