"""The processor cores: whether all of them are at work all the time."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import psutil

from scalewright.local.doctor.finding import note, ok

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from scalewright.local.doctor.finding import Finding

#: Seconds over which use is measured.
SAMPLE = 1.0
BUSY = 95.0
TOP = 3


def look(supervisor: int | None) -> Iterator[Finding]:
    """Measure the use of all cores, and who used most; ours are those below the supervisor."""
    processes = [process for process in psutil.process_iter() if process.pid != os.getpid()]
    for process in processes:
        _percent(process)
    psutil.cpu_percent()
    time.sleep(SAMPLE)
    used = psutil.cpu_percent()
    shares = {process: _percent(process) for process in processes}
    top = sorted(shares, key=lambda process: shares[process], reverse=True)[:TOP]
    ours = _below(supervisor)
    users = [(_name(process), process.pid, shares[process], process.pid in ours) for process in top]
    yield judge(used, os.cpu_count() or 1, os.getloadavg()[0], users)


def judge(used: float, cores: int, load: float, users: Collection[tuple[str, int, float, bool]]) -> Finding:
    """Judge the use in percent of all cores; users have a name, pid, percent of one core, and whether they are ours."""
    seen = f"{used:.0f} % of {cores} cores used, load {load:.1f}"
    if used < BUSY:
        return ok("processors", seen)
    named = ", ".join(
        f"{name} (pid {pid}{'' if ours else ', not of this environment'}) {share:.0f} %"
        for name, pid, share, ours in users
    )
    return note("processors", seen, f"all is slower while they are saturated; at work: {named}", "top -c")


def _percent(process: psutil.Process) -> float:
    try:
        return process.cpu_percent()
    except psutil.Error:
        return 0.0


def _name(process: psutil.Process) -> str:
    try:
        return process.name()
    except psutil.Error:
        return "a process that ended"


def _below(pid: int | None) -> set[int]:
    try:
        return {child.pid for child in psutil.Process(pid).children(recursive=True)} if pid else set()
    except psutil.Error:
        return set()
