"""What runs: the processes under the supervisor, each with the record it was started from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from pydantic import ValidationError

from scalewright.local.supervisor import is_running
from scalewright.plan.records import Process

if TYPE_CHECKING:
    from pathlib import Path

    from scalewright.local.state import State
    from scalewright.local.supervisor import Supervisor

#: running: there is a process; restarting: it died and is started again; failed: given up; stopped: stopped on purpose
Condition = Literal["running", "restarting", "failed", "stopped"]

_CONDITIONS: dict[str, Condition] = {
    "STARTING": "running",
    "RUNNING": "running",
    "BACKOFF": "restarting",
    "STOPPING": "stopped",
    "STOPPED": "stopped",
    "EXITED": "failed",
    "FATAL": "failed",
    "UNKNOWN": "failed",
}


@dataclass(frozen=True)
class Running:
    """One process that the supervisor looks after."""

    record: Process
    condition: Condition
    pid: int | None
    started: float | None
    restarts: int


def observe(state: State, supervisor: Supervisor, *, stopped: bool = False) -> dict[str, Running]:
    """Return the processes the supervisor looks after, by name; none if it does not run.

    Those that were stopped on purpose are left out unless they are asked for.
    """
    observed = {}
    for name, info in supervisor.processes().items():
        record = read(state / f"run/{name}.json")
        if record is not None and (stopped or info["statename"] != "STOPPED"):
            observed[name] = _running(record, info, supervisor)
    return observed


def stop_unrecorded(state: State, supervisor: Supervisor) -> None:
    """Stop the processes that run by a record which is lost or damaged: how they were started cannot be told."""
    processes = supervisor.processes().items()
    lost = [name for name, info in processes if is_running(info) and read(state / f"run/{name}.json") is None]
    for name in lost:
        supervisor.stop(name)
    supervisor.wait_stopped(*lost)


def _running(record: Process, info: dict[str, Any], supervisor: Supervisor) -> Running:
    alive = info["statename"] in ("STARTING", "RUNNING")
    return Running(
        record=record,
        condition=_CONDITIONS[info["statename"]],
        pid=info["pid"] if alive else None,
        started=float(info["start"]) if alive else None,
        restarts=supervisor.restarts(record.name),
    )


def has_database(state: State) -> bool:
    """Whether the database was made; its folder is moved to its place when it is complete."""
    return (state / "data/postgres/PG_VERSION").exists()


def done_jobs(state: State) -> dict[str, Process]:
    """Return the records of the jobs that were done, by name; none once the database they were done to is gone."""
    if not has_database(state):
        return {}
    records = (read(path) for path in sorted((state / "jobs").glob("*.json")))
    return {record.name: record for record in records if record is not None}


def note(state: State, name: str) -> str:
    """Return what the preparation of a process had to do that one should know of."""
    try:
        return (state / f"run/{name}.note").read_text()
    except FileNotFoundError:
        return ""


def read(path: Path) -> Process | None:
    """Read a record; None if there is none, or one that this version does not understand and so starts anew."""
    try:
        return Process.model_validate_json(path.read_bytes())
    except (FileNotFoundError, ValidationError):
        return None


def last_log_lines(state: State, name: str, count: int) -> list[str]:
    """Return the last lines that a process or job wrote."""
    try:
        with (state / f"logs/{name}.log").open("rb") as log:
            log.seek(max(0, log.seek(0, 2) - 64 * 1024))
            return log.read().decode(errors="replace").splitlines()[-count:]
    except FileNotFoundError:
        return []
