"""Data that is out of the way until what is made in its place is healthy.

Every step is a rename, so that whoever is killed between two of them leaves whole folders: the next `up` deletes what
is aside and makes what is missing.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from scalewright.local import running

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from scalewright.local.state import State

#: Below the data, which may lie on a disk of its own, and hidden from whoever looks for data folders.
FOLDER = "data/.reset"


def take(state: State, paths: Sequence[Path]) -> None:
    """Move folders and files aside, in this order."""
    clear(state)
    (state / FOLDER).mkdir()
    for path in paths:
        path.rename(state / FOLDER / path.name)


def put_back(state: State, paths: Sequence[Path], made: Sequence[Path]) -> None:
    """Move everything back, the last first, in place of what was made meanwhile."""
    replaced = state / FOLDER / "replaced"
    replaced.mkdir()
    for path in made:
        path.rename(replaced / path.name)
    for path in reversed(paths):
        (state / FOLDER / path.name).rename(path)
    clear(state)


def clear(state: State) -> None:
    """Delete what is aside; and what is known of a database that is gone, with it or otherwise."""
    if (state / FOLDER).exists():
        shutil.rmtree(state / FOLDER)
    if not running.has_database(state):
        for record in (state / "jobs").glob("*.json"):
            record.unlink()
