"""What a rollout does to one process: start it, write what it reads, ask how it does, stop it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from scalewright.local import health, launch
from scalewright.local.running import last_log_lines, note
from scalewright.local.state import write
from scalewright.local.supervisor import LAUNCH, Supervisor, is_running
from scalewright.plan.records import HeartbeatHealth

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scalewright.local.state import State
    from scalewright.local.step import Step
    from scalewright.plan.records import Process

#: A first copy of a large database is the slowest start.
PATIENCE = 120.0
LOG_LINES = 12


class Control:
    """The processes of an environment; `adopted` is the record of each that the supervisor looks after."""

    def __init__(self, state: State, supervisor: Supervisor, adopted: Mapping[str, Process]) -> None:
        self.state = state
        self.supervisor = supervisor
        self.adopted = dict(adopted)

    def runs(self, name: str) -> bool:
        """Whether there is a process of this name, or soon will be."""
        info = self.supervisor.processes().get(name)
        return info is not None and is_running(info)

    def launch(self, record: Process) -> None:
        """Start a process that does not run."""
        self._note(record)
        self.supervisor.adopt(self.adopted.values())
        if isinstance(record.health, HeartbeatHealth):  # one of the process before would count as its own
            Path(record.health.file).unlink(missing_ok=True)
        self.supervisor.start_process(record.name)

    def rewrite(self, record: Process) -> None:
        """Write what a running process reads again."""
        for path, text in record.watched.items():
            write(self.state / path, self._filled(text))
        self._note(record)

    def is_written(self, record: Process) -> bool:
        """Whether what a process reads again is there as its record has it: a rollout may have been killed between."""
        try:
            return all((self.state / path).read_text() == self._filled(text) for path, text in record.watched.items())
        except (FileNotFoundError, UnicodeDecodeError):
            return False

    def forget(self, *names: str) -> None:
        """Have the supervisor look after these no longer; they must have been stopped."""
        for name in names:
            self.adopted.pop(name, None)
            (self.state / f"run/{name}.json").unlink(missing_ok=True)
        self.supervisor.adopt(self.adopted.values())

    def run_job(self, step: Step) -> None:
        """Start a job."""
        record = self.state / f"run/{step.name}.json"
        self.supervisor.forget_starts(step.name)
        write(record, step.record.model_dump_json(indent=2))
        with (self.state / f"logs/{step.name}.log").open("ab") as log:
            step.job = subprocess.Popen(
                [sys.executable, "-I", "-S", str(LAUNCH), str(self.state.folder), str(record)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        step.phase = "starting"

    def poll(self, step: Step) -> None:
        """See how a step that is starting does, and end it where that is decided."""
        if step.job is not None:
            self._poll_job(step, step.job)
            return
        if health.is_healthy(step.record.health, self.state):
            step.end("healthy", note(self.state, step.name) if step.touches else "")
            return
        info = self.supervisor.processes().get(step.name)
        if info is None:
            self._fail(step, "the supervisor is gone")
        elif not is_running(info):
            self._fail(step, f"ended {self.supervisor.restarts(step.name) + 1} times, not started again")
        elif step.elapsed > PATIENCE:
            self._fail(step, f"not healthy after {PATIENCE:.0f} s")
        elif restarts := self.supervisor.restarts(step.name):
            step.detail = f"restarted {restarts} times"
        else:
            step.detail = "" if step.touches else "runs, and is not healthy"

    def _poll_job(self, step: Step, job: subprocess.Popen[bytes]) -> None:
        status = job.poll()
        if status == 0:
            write(self.state / f"jobs/{step.name}.json", step.record.model_dump_json(indent=2))
            step.end("done")
        elif status is not None:
            self._fail(step, f"ended with status {status}")

    def _fail(self, step: Step, why: str) -> None:
        step.end("failed", why)
        step.log = last_log_lines(self.state, step.name, LOG_LINES)

    def _note(self, record: Process) -> None:
        write(self.state / f"run/{record.name}.json", record.model_dump_json(indent=2))
        self.adopted[record.name] = record

    def _filled(self, text: str) -> str:
        return launch.fill(str(self.state.folder), text)
