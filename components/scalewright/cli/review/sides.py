"""Both sides of every environment of a project, each in a process of its own, as many at a time as there are cores."""

from __future__ import annotations

import os
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from scalewright import revision
from scalewright.cli.review.side import Side
from scalewright.declaration import environments
from scalewright.local.errors import PlatformError
from scalewright.snapshot import Snapshot

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scalewright.revision import Revision

_SIDE = "scalewright.cli.review.side"
_AT_LEAST, _AT_MOST = 2, 8
"""Processes at a time: one waits for files while another computes, and each holds a hundred megabytes."""
_LOOK = 0.05
"""Seconds between two looks at processes that are to end: one may have been about to begin."""


class Sides(NamedTuple):
    """An environment before a change and after it."""

    before: Side
    after: Side


class _Asked(NamedTuple):
    project: Path
    environment: str
    judge: Path | None = None
    name: str = "this revision"

    @property
    def remedy(self) -> str:
        """What to do about a plan that ends for no reason that is known."""
        return (
            "Name a revision whose program runs" if self.judge else f"`scalewright render {self.environment}` has more"
        )


def sides(project: Path, base: Revision) -> Mapping[str, Sides]:
    """Return both sides of each environment that there is or was, by its name. Raises PlatformError."""
    with tempfile.TemporaryDirectory(prefix="scalewright-") as folder:
        scratch = Path(folder)
        former = revision.write(base, scratch)
        now = environments(project)
        names = sorted({*now, *environments(former)})
        # What is no longer there is not judged: nothing says any more how strict it is.
        befores = [_Asked(former, one, project if one in now else former, str(base)) for one in names]
        afters = [_Asked(project, one) for one in names]
        found = _all([*afters, *befores], scratch)
    return {name: Sides(found[len(names) + at], found[at]) for at, name in enumerate(names)}


def _all(asked: list[_Asked], scratch: Path) -> list[Side]:
    cores = min(max(os.cpu_count() or _AT_LEAST, _AT_LEAST), _AT_MOST)
    with ThreadPoolExecutor(cores) as pool:
        begun: set[Snapshot] = set()
        futures = [pool.submit(_one, one, scratch, begun) for one in asked]
        try:
            return [one.result() for one in futures]
        finally:  # after Ctrl-C, none goes on or is begun that nobody waits for
            pool.shutdown(wait=False, cancel_futures=True)
            while not all(one.done() for one in futures):
                for snapshot in tuple(begun):
                    snapshot.end()
                time.sleep(_LOOK)


def _one(asked: _Asked, scratch: Path, begun: set[Snapshot]) -> Side:
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        own = Path(folder)
        more = (str(asked.judge),) if asked.judge else ()
        try:
            with Snapshot(asked.project, asked.environment, own, asked.name, _SIDE, *more) as snapshot:
                begun.add(snapshot)
                return Side.model_validate_json(snapshot.text(asked.remedy))
        except PlatformError as error:
            return Side(failures=error.troubles)
