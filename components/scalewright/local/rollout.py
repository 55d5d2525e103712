"""Apply a plan to what runs: touch only what differs, in the order of dependencies, each step gated by health."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from scalewright.local import health, launch
from scalewright.local.running import last_log_lines
from scalewright.local.state import write
from scalewright.local.supervisor import LAUNCH, Supervisor, is_running
from scalewright.plan.records import HeartbeatHealth

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from scalewright.local.running import Running
    from scalewright.local.state import State
    from scalewright.plan.records import Process

Action = Literal["keep", "start", "restart", "update", "run", "remove", "stop"]
Phase = Literal["waiting", "stopping", "starting", "healthy", "done", "stopped", "removed", "failed", "skipped"]

#: Fields that change nothing in a process that runs: who waits for whom, how it is watched, what it reads again.
IN_PLACE = frozenset({"watched", "depends_on", "health"})
SETTLED = frozenset({"healthy", "done", "removed"})
ENDED = SETTLED | {"failed", "skipped"}

TICK = 0.03
#: A first copy of a large database is the slowest start.
PATIENCE = 120.0
#: Traefik has stopped sending requests to a replica this long after its routes were rewritten.
DRAIN = 1.0
LOG_LINES = 12


@dataclass
class Step:
    """What is to be done about one process, and how far it has come; `seconds` is how long it took."""

    record: Process
    action: Action
    phase: Phase = "waiting"
    since: float = 0.0
    seconds: float = 0.0
    detail: str = ""
    log: list[str] = field(default_factory=list)
    job: subprocess.Popen[bytes] | None = None

    @property
    def name(self) -> str:
        """The name of the process."""
        return self.record.name

    @property
    def touches(self) -> bool:
        """Whether the step changes anything."""
        return self.action != "keep"


def action(record: Process, now: Running | None, done: Process | None) -> Action:
    """Decide what one record of the plan needs."""
    if record.kind == "job":
        return "keep" if done == record else "run"
    if now is None:
        return "start"
    differing = {name for name in type(record).model_fields if getattr(record, name) != getattr(now.record, name)}
    if now.condition != "running" or differing - IN_PLACE:
        return "restart"
    return "update" if differing else "keep"


class Rollout:
    """The steps from what runs to a plan."""

    def __init__(
        self,
        state: State,
        supervisor: Supervisor,
        plan: Sequence[Process],
        running: Mapping[str, Running],
        done: Mapping[str, Process],
    ) -> None:
        self.state = state
        self.supervisor = supervisor
        self.steps = {one.name: Step(one, action(one, running.get(one.name), done.get(one.name))) for one in plan}
        self.removals = [Step(now.record, "remove") for name, now in running.items() if name not in self.steps]
        self.adopted = {name: now.record for name, now in running.items()}
        self.begun: list[str] = []

    @property
    def all_steps(self) -> list[Step]:
        """Every step, removals last."""
        return [*self.steps.values(), *self.removals]

    @property
    def failed(self) -> list[Step]:
        """The steps that did not end well."""
        return [step for step in self.all_steps if step.phase in {"failed", "skipped"}]

    def run(self, report: Callable[[list[Step]], None], interrupt: Callable[[], bool]) -> bool:
        """Take every step; `report` is called again and again with all of them.

        Returns whether the rollout came to its end: false if `interrupt` said to stop.
        """
        while not all(step.phase in ENDED for step in self.steps.values()):
            if interrupt():
                return False
            for step in self.steps.values():
                self._advance(step)
            report(self.all_steps)
            time.sleep(TICK)
        if any(step.action == "update" for step in self.steps.values()) and self.removals:
            time.sleep(DRAIN)
        self._remove()
        report(self.all_steps)
        return True

    def undo(self) -> list[str]:
        """Stop what this rollout has started so far; returns the names."""
        for step in self.steps.values():
            if step.job is not None and step.job.poll() is None:
                step.job.terminate()
                step.job.wait()
        for name in self.begun:
            self.supervisor.stop(name)
        self.supervisor.wait_stopped(*self.begun)
        return self.begun

    def _advance(self, step: Step) -> None:
        match step.phase:
            case "waiting":
                self._begin(step)
            case "stopping":
                info = self.supervisor.processes().get(step.name)
                if info is None or not is_running(info):
                    self._start(step)
            case "starting":
                self._poll(step)
            case _:
                pass

    def _begin(self, step: Step) -> None:
        needs = [self.steps[name] for name in step.record.depends_on]
        if broken := [need.name for need in needs if need.phase in {"failed", "skipped"}]:
            step.phase, step.detail = "skipped", f"needs {', '.join(broken)}"
            return
        if any(need.phase not in SETTLED for need in needs) or self._sibling_is_away(step):
            return
        step.since = time.monotonic()
        match step.action:
            case "restart":
                self.supervisor.stop(step.name)
                step.phase = "stopping"
            case "start":
                self._start(step)
            case "run":
                self._run_job(step)
            case "update":
                self._update(step)
            case _ if step.record.kind == "job":
                step.phase = "done"
            case _:
                step.phase = "starting"
        self._advance(step)

    def _sibling_is_away(self, step: Step) -> bool:
        """Restart the replicas of a part one after the other, so that one is always there."""
        return step.action == "restart" and any(
            other.record.noun == step.record.noun
            and other.action == "restart"
            and other.phase in {"stopping", "starting"}
            for other in self.steps.values()
        )

    def _start(self, step: Step) -> None:
        write(self.state / f"run/{step.name}.json", step.record.model_dump_json(indent=2))
        self.adopted[step.name] = step.record
        self.supervisor.adopt(self.adopted.values())
        self.begun.append(step.name)
        if isinstance(step.record.health, HeartbeatHealth):  # one of the process before would count as its own
            Path(step.record.health.file).unlink(missing_ok=True)
        self.supervisor.start_process(step.name)
        step.phase = "starting"

    def _update(self, step: Step) -> None:
        write(self.state / f"run/{step.name}.json", step.record.model_dump_json(indent=2))
        self.adopted[step.name] = step.record
        for path, text in step.record.watched.items():
            write(self.state / path, launch.fill(str(self.state.folder), text))
        step.phase = "starting"

    def _run_job(self, step: Step) -> None:
        record = self.state / f"run/{step.name}.json"
        write(record, step.record.model_dump_json(indent=2))
        with (self.state / f"logs/{step.name}.log").open("ab") as log:
            step.job = subprocess.Popen(
                [sys.executable, "-I", "-S", str(LAUNCH), str(self.state.folder), str(record)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=os.environ,
                start_new_session=True,
            )
        step.phase = "starting"

    def _poll(self, step: Step) -> None:
        if step.job is not None:
            status = step.job.poll()
            if status == 0:
                write(self.state / f"jobs/{step.name}.json", step.record.model_dump_json(indent=2))
                self._end(step, "done")
            elif status is not None:
                self._fail(step, f"ended with status {status}")
            return
        if health.is_healthy(step.record.health, self.state):
            self._end(step, "healthy")
            return
        info = self.supervisor.processes().get(step.name)
        waited = time.monotonic() - step.since
        if info is None:
            self._fail(step, "the supervisor is gone")
        elif not is_running(info):
            self._fail(step, f"ended {self.supervisor.restarts(step.name) + 1} times, not started again")
        elif waited > PATIENCE:
            self._fail(step, f"not healthy after {PATIENCE:.0f} s")
        elif restarts := self.supervisor.restarts(step.name):
            step.detail = f"restarted {restarts} times"

    def _end(self, step: Step, phase: Phase) -> None:
        step.phase, step.detail = phase, ""
        step.seconds = time.monotonic() - step.since

    def _fail(self, step: Step, why: str) -> None:
        self._end(step, "failed")
        step.detail = why
        step.log = last_log_lines(self.state, step.name, LOG_LINES)

    def _remove(self) -> None:
        for step in self.removals:
            step.since, step.phase = time.monotonic(), "stopping"
            self.supervisor.stop(step.name)
        for step in self.removals:
            self.supervisor.wait_stopped(step.name)
            self.adopted.pop(step.name)
            (self.state / f"run/{step.name}.json").unlink(missing_ok=True)
            self._end(step, "removed")
        if self.removals:
            self.supervisor.adopt(self.adopted.values())
