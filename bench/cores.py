"""Who runs on which core: what is measured on one, the load on another (Linux; elsewhere nothing is pinned)."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

ALL: frozenset[int] = frozenset(os.sched_getaffinity(0)) if sys.platform == "linux" else frozenset()
#: The first core is for what is measured, and the others are for the load and all that is waited for.
MEASURED = frozenset(sorted(ALL)[:1])
OTHERS = ALL - MEASURED or ALL


def pinned(cores: Collection[int]) -> None:
    """Keep this process, and all it starts, on some cores."""
    if sys.platform == "linux" and cores:
        os.sched_setaffinity(0, cores)


@contextmanager
def kept_on(cores: Collection[int], processes: Iterable[psutil.Process]) -> Iterator[None]:
    """Keep processes that run, with all their threads, on some cores for the time of a block."""
    moved = list(processes)
    _move(moved, cores)
    try:
        yield
    finally:
        _move(moved, ALL)


def _move(processes: Iterable[psutil.Process], cores: Collection[int]) -> None:
    if sys.platform == "linux" and cores:
        for process in processes:
            with suppress(psutil.NoSuchProcess, ProcessLookupError):
                for thread in process.threads():
                    os.sched_setaffinity(thread.id, cores)
