"""The supervisor, and through it what runs."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import psutil

from scalewright.local import applied, strays
from scalewright.local.doctor import memory, processes, vitals
from scalewright.local.doctor.examination import Examination, examine
from scalewright.local.doctor.finding import note, trouble
from scalewright.local.doctor.scene import Scene
from scalewright.local.errors import PlatformError
from scalewright.local.replicas import counts
from scalewright.local.running import last_log_lines
from scalewright.local.running import observe as observed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scalewright.declaration import Backend
    from scalewright.local.doctor.finding import Finding
    from scalewright.local.platform import LocalPlatform
    from scalewright.local.running import Running
    from scalewright.local.state import State

#: Seconds for a supervisor to say what it looks after.
PATIENCE = 3.0
SUBJECT = "supervisor"


def observe(
    platform: LocalPlatform, backend: Backend, waiting_for: Callable[[list[str]], None]
) -> tuple[Scene | None, list[Finding]]:
    """Ask the supervisor what runs; None where there is none or it does not answer, and what is to be said of that."""
    answers: list[tuple[int, dict[str, Running]]] = []

    def look() -> Iterator[Finding]:
        pid = platform.supervisor.pid()
        if pid is None:
            yield from _not_running(platform)
        else:
            answers.append((pid, observed(platform.state, platform.supervisor, stopped=True)))

    if finding := _frozen(platform):
        return None, [finding]
    pid = _noted(platform)
    remedy = f"kill -KILL {pid}  # ends what it looks after too; then scalewright up" if pid else "scalewright down"
    found = examine([Examination("", SUBJECT, look, remedy, PATIENCE)], waiting_for)
    return (_scene(platform, backend, *answers[0]) if answers else None), found[""]


def look(scene: Scene) -> Iterator[Finding]:
    """Examine the processes that it looks after."""
    now, kills = time.time(), memory.kills()
    yield processes.summary(scene.vitals, now)
    for name, one in scene.vitals.items():
        yield from processes.judge(one, scene.away(name), now, kills)
    if command := at_work(scene.state):
        seen = f"{command} is changing the environment: what is found may be so for the moment only"
        yield note(SUBJECT, seen, None, "scalewright status --watch")
        return  # what it has not come to yet is not missing
    for name in scene.missing:
        yield processes.judge_missing(name)
    for name in scene.undone:
        yield processes.judge_job(name, last_log_lines(scene.state, name, vitals.LOG_LINES))


def at_work(state: State) -> str | None:
    """Return which command holds the state; asked without a lock, which could refuse another command its own."""
    try:
        holder = (state / "lock").read_text()
        pid = int(holder.rpartition(" ")[2])
        command = " ".join(psutil.Process(pid).cmdline())
    except (FileNotFoundError, ValueError, psutil.Error):
        return None
    return holder if "scalewright" in command else None


def _scene(platform: LocalPlatform, backend: Backend, pid: int, running: dict[str, Running]) -> Scene:
    with suppress(PlatformError):  # the first `up` is still at work, or was interrupted
        backend = applied.load(platform.state)
    asked: dict[str, int] = {}
    with suppress(PlatformError):  # where it is damaged, the examination of the ports says so
        asked = platform.state.saved.replicas
    replicas = counts(backend, asked)
    return Scene(platform.state, backend, replicas, running, vitals.read(platform.state, running), pid)


def _not_running(platform: LocalPlatform) -> Iterator[Finding]:
    left = strays.find(platform.state) if platform.state.exists else []
    if left:
        names = ", ".join(f"{_name(process)} (pid {process.pid})" for process in left)
        cause = "their supervisor was killed, or their folder moved"
        yield trouble(SUBJECT, f"does not run, and left behind {names}", cause, "scalewright down")
    else:
        yield note(SUBJECT, "nothing runs", None, "scalewright up")


def _frozen(platform: LocalPlatform) -> Finding | None:
    pid = _noted(platform)
    try:
        process: Any = psutil.Process(pid) if pid else None
        if process is None or process.status() != psutil.STATUS_STOPPED or strays.mark(process.pid) is None:
            return None
    except psutil.Error:
        return None
    cause = "a signal (SIGSTOP, SIGTSTP) stopped it: nothing is started again, and what runs cannot be examined"
    return trouble(SUBJECT, f"is frozen (state T, pid {pid})", cause, f"kill -CONT {pid}")


def _noted(platform: LocalPlatform) -> int | None:
    try:
        return int((platform.state / "run/supervisor.pid").read_text())
    except (FileNotFoundError, ValueError):
        return None


def _name(process: psutil.Process) -> str:
    try:
        return process.name()
    except psutil.Error:
        return "one that ended"
