"""Apply a plan to what runs: touch only what differs, in the order of dependencies, each step gated by health."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from scalewright.local import health, launch
from scalewright.local.running import last_log_lines
from scalewright.local.state import write
from scalewright.local.step import BROKEN, ENDED, SETTLED, Step, needed_action
from scalewright.local.stopping import stop_in_order
from scalewright.local.supervisor import LAUNCH, Supervisor, is_running
from scalewright.plan.records import HeartbeatHealth

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from scalewright.local.running import Running
    from scalewright.local.state import State
    from scalewright.plan.records import Process

TICK = 0.03
#: A first copy of a large database is the slowest start.
PATIENCE = 120.0
#: Traefik has stopped sending requests to a replica this long after its routes were rewritten.
DRAIN = 1.0
LOG_LINES = 12


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
        self.steps = {
            one.name: Step(one, needed_action(one, running.get(one.name), done.get(one.name))) for one in plan
        }
        self.removals = [Step(now.record, "remove") for name, now in running.items() if name not in self.steps]
        self.before = {name: now.record for name, now in running.items()}
        self.adopted = dict(self.before)

    @property
    def all_steps(self) -> list[Step]:
        """Every step, removals last."""
        return [*self.steps.values(), *self.removals]

    @property
    def failed(self) -> list[Step]:
        """The steps that did not end well."""
        return [step for step in self.all_steps if step.phase in BROKEN]

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
        self._remove(lambda: report(self.all_steps))
        report(self.all_steps)
        return True

    def undo(self) -> tuple[list[str], list[str]]:
        """Stop what this rollout started and put back what it replaced; returns the names of both."""
        begun = [step for step in self.steps.values() if step.touches and step.phase not in {"waiting", "skipped"}]
        for step in begun:
            if step.job is not None and step.job.poll() is None:
                step.job.terminate()
                step.job.wait()
        started = [step.name for step in begun if step.action in {"start", "restart"}]
        for name in started:
            self.supervisor.stop(name)
        self.supervisor.wait_stopped(*started)
        replaced = [step.name for step in begun if step.name in self.before]
        for name in replaced:
            if name in started:
                self._launch(self.before[name])
            else:
                self._rewrite(self.before[name])
        return [name for name in started if name not in self.before], replaced

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
        if broken := [need.name for need in needs if need.phase in BROKEN]:
            step.end("skipped", f"needs {', '.join(broken)}")
            return
        if any(need.phase not in SETTLED for need in needs) or self._waits_for_siblings(step):
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
                self._rewrite(step.record)
                step.phase = "starting"
            case _ if step.record.kind == "job":
                step.phase = "done"
            case _:
                step.phase = "starting"
        self._advance(step)

    def _waits_for_siblings(self, step: Step) -> bool:
        """Restart the replicas of a part one after the other, and none after one that failed: one is always there."""
        if step.action != "restart":
            return False
        siblings = [
            other
            for other in self.steps.values()
            if other.record.noun == step.record.noun and other.action == "restart" and other is not step
        ]
        if failed := [other.name for other in siblings if other.phase == "failed"]:
            step.end("skipped", f"{failed[0]} failed, so this was left as it is")
        return any(other.phase in {"stopping", "starting", "failed"} for other in siblings)

    def _start(self, step: Step) -> None:
        self._launch(step.record)
        step.phase = "starting"

    def _launch(self, record: Process) -> None:
        self._note(record)
        self.supervisor.adopt(self.adopted.values())
        if isinstance(record.health, HeartbeatHealth):  # one of the process before would count as its own
            Path(record.health.file).unlink(missing_ok=True)
        self.supervisor.start_process(record.name)

    def _rewrite(self, record: Process) -> None:
        for path, text in record.watched.items():
            write(self.state / path, launch.fill(str(self.state.folder), text))
        self._note(record)

    def _note(self, record: Process) -> None:
        write(self.state / f"run/{record.name}.json", record.model_dump_json(indent=2))
        self.adopted[record.name] = record

    def _run_job(self, step: Step) -> None:
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

    def _poll(self, step: Step) -> None:
        if step.job is not None:
            self._poll_job(step, step.job)
            return
        if health.is_healthy(step.record.health, self.state):
            step.end("healthy")
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

    def _remove(self, report: Callable[[], None]) -> None:
        if not self.removals:
            return
        if self.failed:  # what could not be replaced may still need them
            for step in self.removals:
                step.end("skipped", "kept until the rest is healthy")
            return
        if any(step.action == "update" for step in self.steps.values()):
            time.sleep(DRAIN)
        stop_in_order(self.supervisor, self.removals, as_phase="removed", report=report)
        for step in self.removals:
            self.adopted.pop(step.name)
            (self.state / f"run/{step.name}.json").unlink(missing_ok=True)
        self.supervisor.adopt(self.adopted.values())
