"""``scalewright logs``: what the processes say."""

from __future__ import annotations

import os
import time
from typing import IO, TYPE_CHECKING

import click

from scalewright.cli.arguments import DEFAULT, environment_name
from scalewright.local.errors import PlatformError

if TYPE_CHECKING:
    from pathlib import Path

    from scalewright.cli.main import Project
    from scalewright.local.state import State

COLORS = ("cyan", "green", "yellow", "magenta", "blue", "bright_cyan", "bright_green", "bright_yellow")
POLL = 0.2


@click.command()
@click.argument("name", required=False)
@click.option(
    "-e",
    "--env",
    "environment",
    default=DEFAULT,
    show_default=True,
    callback=environment_name,
    help="The environment.",
)
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
        tail.show_last(lines, unfinished=not follow)
    try:
        while follow:
            if not any([tail.show_new() for tail in tails]):  # noqa: C419 - every log is read, not just the first
                time.sleep(POLL)
    except KeyboardInterrupt:
        return


def _select(state: State, name: str | None) -> list[str]:
    from difflib import get_close_matches

    names = _names(state / "logs")
    if not names:
        if not state.exists:
            from scalewright.declaration import load

            load(state.project, state.environment)  # a name that was mistyped is a mistake, not one without logs
        raise PlatformError(f"environment {state.environment} has no logs here. Start it with `scalewright up`")
    chosen = [one for one in names if name is None or one == name or one.startswith(f"{name}-")]
    if not chosen:
        near = get_close_matches(str(name), names, n=1)
        hint = f"Did you mean {near[0]!r}? " if near else ""
        raise PlatformError(f"there is no log of {name!r}. {hint}There are: {', '.join(names)}")
    return chosen


def _names(folder: Path) -> list[str]:
    try:
        files = os.listdir(folder)
    except (FileNotFoundError, NotADirectoryError):
        return []
    except PermissionError as error:
        raise _refused(error) from error
    return sorted(file.removesuffix(".log") for file in files if file.endswith(".log"))


def _open(path: Path) -> IO[bytes]:
    try:
        return path.open("rb")
    except PermissionError as error:
        raise _refused(error) from error


def _refused(error: PermissionError) -> PlatformError:
    return PlatformError(
        f"{error.filename} cannot be read: {error.strerror}. Run this as the user who started the environment, or give "
        "yourself the folder"
    )


def _prefix(name: str, width: int, index: int) -> str:
    return click.style(f"{name:<{width}} | ", fg=COLORS[index % len(COLORS)])


class Tail:
    """One log, read from where it was last left, through its rotation: a rename, and a new file of its name.

    A line is printed when it is complete: its end may not be written yet, or be in the new file.
    """

    def __init__(self, path: Path, prefix: str) -> None:
        self.path = path
        self.prefix = prefix
        self.file = _open(path)
        self.partial = b""

    def show_last(self, count: int, *, unfinished: bool) -> None:
        """Print the last lines; the one that is not complete is one of them if `unfinished`."""
        lines = self._read()
        if unfinished and self.partial:
            lines.append(self.partial)
        for line in lines[-count:] if count else []:
            self._print(line)

    def show_new(self) -> bool:
        """Print what was written since; returns whether there was anything."""
        new = self._new_file()  # before the old one is read: once there is a new one, nobody writes to the old one
        lines = self._read()
        for line in lines:
            self._print(line)
        if new:
            self.file.close()
            self.file = new
        return bool(lines or new)

    def _read(self) -> list[bytes]:
        *lines, self.partial = (self.partial + self.file.read()).split(b"\n")
        return lines

    def _new_file(self) -> IO[bytes] | None:
        try:
            file = _open(self.path)
        except FileNotFoundError:  # renamed, and the new one is not there yet
            return None
        if os.path.sameopenfile(file.fileno(), self.file.fileno()):
            file.close()
            return None
        return file

    def _print(self, line: bytes) -> None:
        click.echo(self.prefix + line.removesuffix(b"\r").decode(errors="replace"))
