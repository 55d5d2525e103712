"""What can be seen of one process without asking it: its state, its children, its starts, its deaths, its log."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psutil

from scalewright.local.doctor.deaths import deaths
from scalewright.local.running import last_log_lines
from scalewright.plan.records import HeartbeatHealth

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scalewright.local.doctor.deaths import Death
    from scalewright.local.running import Condition, Running
    from scalewright.local.state import State

LOG_LINES = 30
#: How much of the end of the supervisor's log is read, in bytes.
DEATHS_READ = 256 * 1024


@dataclass(frozen=True)
class Vitals:
    """One process; times in seconds since the epoch, `frozen` are pids that a signal or a debugger stopped.

    `heartbeat` is the age of its heartbeat in seconds: None where it has none to give or has not given one yet.
    """

    name: str
    condition: Condition
    pid: int | None
    started: float | None
    starts: tuple[float, ...] = ()
    deaths: tuple[Death, ...] = ()
    frozen: tuple[int, ...] = ()
    files: int = 0
    files_allowed: int | None = None
    beats: bool = False
    heartbeat: float | None = None
    within: float = 0.0
    lines: tuple[str, ...] = ()


def read(state: State, running: Mapping[str, Running]) -> dict[str, Vitals]:
    """Look at every process once."""
    noted: dict[str, list[Death]] = {}
    for death in deaths(_end(state)):
        noted.setdefault(death.name, []).append(death)
    return {name: _vitals(state, now, noted.get(name, [])) for name, now in running.items()}


def _vitals(state: State, now: Running, noted: list[Death]) -> Vitals:
    name = now.record.name
    family = _family(now.pid)
    files, allowed = _files(family[0]) if family else (0, None)
    health = now.record.health
    beats = isinstance(health, HeartbeatHealth)
    return Vitals(
        name=name,
        condition=now.condition,
        pid=now.pid,
        started=now.started,
        starts=starts(_text(state, f"run/{name}.starts")),
        deaths=tuple(noted),
        frozen=tuple(process.pid for process in family if _is_stopped(process)),
        files=files,
        files_allowed=allowed,
        beats=beats,
        heartbeat=_age(health.file) if isinstance(health, HeartbeatHealth) else None,
        within=health.within if isinstance(health, HeartbeatHealth) else 0.0,
        lines=tuple(last_log_lines(state, name, LOG_LINES)),
    )


def starts(text: str) -> tuple[float, ...]:
    """Return the times of the starts that were noted; a line that was cut short is none."""
    return tuple(float(line) for line in re.findall(r"^\d+\.\d+$", text, re.MULTILINE))


def _family(pid: int | None) -> list[psutil.Process]:
    try:
        process = psutil.Process(pid) if pid else None
        return [process, *process.children(recursive=True)] if process else []
    except psutil.Error:  # it ended just now
        return []


def _is_stopped(process: psutil.Process) -> bool:
    try:
        return process.status() in {psutil.STATUS_STOPPED, psutil.STATUS_TRACING_STOP}
    except psutil.Error:
        return False


def _files(process: psutil.Process) -> tuple[int, int | None]:
    try:
        # Not on every system: https://psutil.readthedocs.io/en/latest/#psutil.Process.rlimit
        allowed = process.rlimit(psutil.RLIMIT_NOFILE)[0] if hasattr(process, "rlimit") else None
        return process.num_fds(), allowed if allowed != -1 else None
    except psutil.Error:
        return 0, None


def _age(file: str) -> float | None:
    from pathlib import Path

    try:
        return abs(time.time() - Path(file).stat().st_mtime)
    except FileNotFoundError:
        return None


def _text(state: State, name: str) -> str:
    try:
        return (state / name).read_text(errors="replace")
    except FileNotFoundError:
        return ""


def _end(state: State) -> str:
    try:
        with (state / "logs/supervisor.log").open("rb") as log:
            log.seek(max(0, log.seek(0, 2) - DEATHS_READ))
            return log.read().decode(errors="replace")
    except FileNotFoundError:
        return ""
