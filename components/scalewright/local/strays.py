"""Processes of an environment that no supervisor looks after any more."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from scalewright.local.ending import wait_ended

if TYPE_CHECKING:
    from scalewright.local.state import State

#: Set by the supervisor for all it starts, and inherited by what they start.
MARK = "SCALEWRIGHT_STATE"
GRACE = 10.0


def find(state: State) -> list[psutil.Process]:
    """Return every process that carries the mark of this state folder, or works in it.

    After the folder was moved while they ran, those that work in it carry the mark of the old place.
    """
    return [process for process in psutil.process_iter() if _belongs(process, state.folder)]


def mark(pid: int) -> str | None:
    """Return the state folder for which a process was started, None if it is none of ours or gone."""
    try:
        return psutil.Process(pid).environ().get(MARK)
    except psutil.Error:  # it ended just now, or is another user's
        return None


def stop(state: State) -> list[str]:
    """Stop them, by force where they do not stop when asked; returns a description of each."""
    strays = find(state)
    names = [f"{process.name()} (pid {process.pid})" for process in strays]
    for process in strays:
        with suppress(psutil.NoSuchProcess):
            process.terminate()
    alive = wait_ended(strays, GRACE)
    for process in alive:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    wait_ended(alive, GRACE)
    return names


def _belongs(process: psutil.Process, folder: Path) -> bool:
    marked = mark(process.pid)
    if marked is None or marked == str(folder):
        return marked is not None
    try:
        return Path(process.cwd()).is_relative_to(folder)
    except psutil.Error:
        return False
