"""Waiting for processes of others to end."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from collections.abc import Iterable

TICK = 0.01


def wait_ended(processes: Iterable[psutil.Process], seconds: float) -> list[psutil.Process]:
    """Wait until processes have ended, for `seconds` at most; returns those that have not.

    One that ended counts whether it was reaped or not: in a container, perhaps nobody ever reaps it.
    """
    alive = list(processes)
    deadline = time.monotonic() + seconds
    while (alive := [process for process in alive if _is_alive(process)]) and time.monotonic() < deadline:
        time.sleep(TICK)
    return alive


def _is_alive(process: psutil.Process) -> bool:
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
