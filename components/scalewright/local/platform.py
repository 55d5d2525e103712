"""The local platform: survey a machine, bring an environment up, take it down."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scalewright.local import backend as nouns
from scalewright.local import gateway, ports, programs, secrets, sources, strays
from scalewright.local.interrupt import Interrupt
from scalewright.local.privilege import privilege
from scalewright.local.rollout import Rollout, Step
from scalewright.local.running import done_jobs, observe
from scalewright.local.site import Site
from scalewright.local.state import State
from scalewright.local.supervisor import Supervisor
from scalewright.plan.diff import Diff, diff

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from scalewright.declaration import Backend
    from scalewright.local.running import Running
    from scalewright.plan.records import Process

    Report = Callable[[list[Step]], None]


@dataclass(frozen=True)
class Survey:
    """A plan beside what runs."""

    plan: tuple[Process, ...]
    site: Site
    programs: dict[str, programs.Program]
    running: dict[str, Running]
    done: dict[str, Process]

    @property
    def diff(self) -> Diff:
        """What differs between what runs, or was done, and the plan."""
        jobs = {name: record for name, record in self.done.items() if any(one.name == name for one in self.plan)}
        before = {name: now.record for name, now in self.running.items()} | jobs
        return diff(before, {record.name: record for record in self.plan})


class InterruptedRolloutError(Exception):
    """The user stopped an `up`; what it had started was stopped again: `stopped` has the names."""

    def __init__(self, stopped: list[str]) -> None:
        super().__init__(", ".join(stopped))
        self.stopped = stopped


class LocalPlatform:
    """One environment on this machine."""

    def __init__(self, project: Path, environment: str) -> None:
        self.state = State(project, environment)
        self.supervisor = Supervisor(self.state)

    def survey(self, backend: Backend) -> Survey:
        """Plan a backend and observe what runs; changes nothing.

        Raises PlatformError if a program is missing or no port is free.
        """
        running = observe(self.state, self.supervisor)
        found = programs.find(nouns.programs(backend), backend.programs, self.state / "data")
        held = {port for now in running.values() for port in _ports(now.record)}
        site = Site(
            project=self.state.project,
            state=self.state.folder,
            python=sys.executable,
            ports=ports.allocate(nouns.ports(backend), self.state.ports, held, str(self.state.folder)),
            programs={name: program.path for name, program in found.items()},
            sources=sources.digests(self.state.project / backend.source, nouns.sources(backend)),
            privilege=privilege(self.state) if backend.postgres else "self",
        )
        return Survey(nouns.plan(backend, site), site, found, running, done_jobs(self.state))

    def up(self, backend: Backend, report: Report) -> Rollout:
        """Bring what runs to the declaration, and leave it running.

        Raises PlatformError before anything is touched, and InterruptedRolloutError on Ctrl-C.
        """
        with self.state.locked():
            fresh = self.supervisor.pid() is None
            if fresh:
                strays.stop(self.state)
            survey = self.survey(backend)
            self._require_gateway_port(backend, survey)
            secrets.ensure(self.state)
            self.state.save_ports({**self.state.ports, **survey.site.ports})
            rollout = Rollout(self.state, self.supervisor, survey.plan, survey.running, survey.done)
            with Interrupt() as interrupt:
                if fresh:
                    self.supervisor.start()
                if not rollout.run(report, interrupt):
                    stopped = rollout.undo()
                    if fresh:
                        self.supervisor.shutdown()
                    raise InterruptedRolloutError(stopped)
            return rollout

    def _require_gateway_port(self, backend: Backend, survey: Survey) -> None:
        ours = {port for now in survey.running.values() for port in _ports(now.record)}
        if backend.gateway and backend.gateway.port not in ours:
            ports.require_free(backend.gateway.port, "gateway.port")

    def down(self, report: Report, *, delete_data: bool = False) -> list[Step]:
        """Stop everything, those first on which nothing depends; data is kept unless it is to be deleted."""
        if not self.state.exists:
            return []
        with self.state.locked():
            running = observe(self.state, self.supervisor)
            steps = [Step(now.record, "stop") for now in running.values()]
            while any(step.phase != "stopped" for step in steps):
                self._stop_next(steps)
                report(steps)
                time.sleep(0.02)
            self.supervisor.shutdown()
            strays.stop(self.state)
            if delete_data:
                self.state.delete()
        return steps

    def _stop_next(self, steps: list[Step]) -> None:
        alive = observe(self.state, self.supervisor)
        for step in steps:
            if step.phase == "stopping" and (step.name not in alive or alive[step.name].condition == "failed"):
                step.phase, step.seconds = "stopped", time.monotonic() - step.since
        for step in steps:
            needed = any(step.name in other.record.depends_on and other.phase != "stopped" for other in steps)
            if step.phase == "waiting" and not needed:
                step.since, step.phase = time.monotonic(), "stopping"
                self.supervisor.stop(step.name)


def url(backend: Backend) -> str | None:
    """Return the address at which clients reach a backend, None if it has no gateway."""
    return gateway.url(backend.gateway) if backend.gateway else None


def _ports(record: Process) -> set[int]:
    health_port = getattr(record.health, "port", None)
    return {port for port in (record.port, health_port) if port is not None}
