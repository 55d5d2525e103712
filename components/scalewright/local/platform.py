"""The local platform: survey a machine, bring an environment up, take it down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scalewright.local import (
    applied,
    aside,
    gateway,
    ports,
    postgres,
    programs,
    secrets,
    service,
    sources,
    strays,
    unfinished,
)
from scalewright.local import backend as nouns
from scalewright.local.control import Control
from scalewright.local.errors import PlatformError
from scalewright.local.interrupt import Interrupt
from scalewright.local.privilege import open_to_nobody, privilege
from scalewright.local.replicas import counts, worth_remembering
from scalewright.local.rollout import Rollout
from scalewright.local.running import done_jobs, observe, stop_unrecorded
from scalewright.local.site import Site
from scalewright.local.state import Saved, State
from scalewright.local.step import IN_PLACE, Step, needed_action
from scalewright.local.stopping import stop_in_order
from scalewright.local.supervisor import Supervisor, is_running
from scalewright.plan.diff import Change, Diff, FieldChange, diff

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from scalewright.declaration import Backend
    from scalewright.local.running import Running
    from scalewright.plan.records import Process

    Report = Callable[[list[Step]], None]


LEFT_BEHIND = "too far behind its primary"


@dataclass(frozen=True)
class Survey:
    """A plan beside what runs.

    `surges` are the stand-ins for replicas that are replaced, by noun; `left_behind` are database replicas that can
    only be copied anew.
    """

    plan: tuple[Process, ...]
    surges: dict[str, Process]
    site: Site
    running: dict[str, Running]
    done: dict[str, Process]
    left_behind: set[str]

    @property
    def diff(self) -> Diff:
        """What `up` would change: fields of records, and processes that should run and do not."""
        after = {record.name: record for record in self.plan}
        before = {name: now.record for name, now in self.running.items()}
        for name, done in self.done.items():
            if name in after:
                kept = needed_action(after[name], None, done) == "keep"
                before[name] = after[name] if kept else done
        return Diff(changes=tuple(map(self._with_condition, diff(before, after).changes)))

    def _with_condition(self, change: Change) -> Change:
        now = self.running.get(change.name)
        if now is None or change.action == "removed":
            return change
        found = LEFT_BEHIND if change.name in self.left_behind else now.condition
        if found == "running":
            return change
        condition = FieldChange(path="condition", before=found, after="running")
        return Change(name=change.name, action="changed", fields=(*change.fields, condition))


class InterruptedRolloutError(Exception):
    """The user stopped an `up`: names of what was `stopped` again, and of what was `restored` to what it was."""

    def __init__(self, stopped: list[str], restored: list[str]) -> None:
        super().__init__(f"stopped {stopped}, restored {restored}")
        self.stopped = stopped
        self.restored = restored


class LocalPlatform:
    """One environment on this machine."""

    def __init__(self, project: Path, environment: str) -> None:
        self.state = State(project, environment)
        self.supervisor = Supervisor(self.state)

    def close(self) -> None:
        """End the connection to what runs, which goes on."""
        self.supervisor.close()

    def survey(
        self, backend: Backend, asked: Mapping[str, int] | None = None, *, keeps_database: bool = True
    ) -> Survey:
        """Plan a backend and observe what runs; changes nothing.

        `asked` are replicas by noun, by default those of the last `scale`. A database that is not kept may be made by
        another version of PostgreSQL. Raises PlatformError if a program is missing or no port is free.
        """
        replicas = counts(backend, self.state.saved.replicas if asked is None else asked)
        source = self.state.project / backend.source
        if not source.is_dir():
            raise PlatformError(
                f"source is {backend.source}, but {source} is no folder. Declare the folder of your application"
            )
        running = observe(self.state, self.supervisor)
        data = self.state / "data" if keeps_database else None
        found = programs.find(nouns.programs(backend), backend.programs, data)
        site = Site(
            project=self.state.project,
            state=self.state.folder,
            python=programs.interpreter(),
            ports=self._ports(backend, replicas, running),
            programs={name: program.path for name, program in found.items()},
            sources=sources.digests(source, nouns.sources(backend)),
            replicas=replicas,
            privilege=privilege() if backend.postgres else "self",
        )
        surges = service.surges(backend, site)
        left_behind = postgres.left_behind(self.state, running)
        return Survey(nouns.plan(backend, site), surges, site, running, done_jobs(self.state), left_behind)

    def _ports(self, backend: Backend, replicas: Mapping[str, int], running: dict[str, Running]) -> dict[str, int]:
        held = {port for now in running.values() if now.condition == "running" for port in _ports_of(now.record)}
        declared = {backend.gateway.port} if backend.gateway else set()
        seed = str(self.state.folder)
        names = nouns.ports(backend, replicas)
        return ports.allocate(names, self.state.saved.ports, held, seed, declared=declared)

    def up(self, backend: Backend, report: Report) -> Rollout:
        """Bring what runs to the declaration, and leave it running.

        Raises PlatformError before anything is touched, and InterruptedRolloutError on Ctrl-C.
        """
        with self.state.locked():
            aside.clear(self.state)  # of a reset that was killed
            fresh = self.supervisor.pid() is None
            if fresh:
                strays.stop(self.state)
            else:
                stop_unrecorded(self.state, self.supervisor)
            survey = self.survey(backend)
            self._require(backend, survey)
            if (primary := survey.running.get(postgres.PRIMARY)) and primary.record.port:
                unfinished.clear(self.state, primary.record.port, postgres.database(backend))
            secrets.ensure(self.state)
            saved = self.state.saved
            replicas = worth_remembering(backend, saved.replicas)
            self.state.save(Saved(ports={**saved.ports, **survey.site.ports}, replicas=replicas))
            rollout = self._rollout(survey)
            with Interrupt() as interrupt:
                if fresh:
                    self.supervisor.start()
                if not rollout.run(report, interrupt):
                    stopped, restored = rollout.undo(report)
                    if fresh:
                        self.supervisor.shutdown()
                    raise InterruptedRolloutError(stopped, restored)
            applied.save(self.state, backend)
            return rollout

    def applied(self) -> Backend:
        """Return the declaration that runs; raises PlatformError if nothing does."""
        if self.supervisor.pid() is None:
            raise PlatformError(
                f"environment {self.state.environment} is not running. Start it with `scalewright up "
                f"{self.state.environment}`"
            )
        return applied.load(self.state)

    def replicas(self, backend: Backend) -> dict[str, int]:
        """Return the number of replicas of a backend by noun."""
        return counts(backend, self.state.saved.replicas)

    def scale(self, asked: Mapping[str, int], report: Report) -> Rollout:
        """Bring parts of what runs to other numbers of replicas, by noun, and touch nothing else.

        New replicas get requests once they are healthy; those that go finish what they are at. A number that cannot be
        reached changes nothing. Raises PlatformError before anything is touched, and InterruptedRolloutError on Ctrl-C.
        """
        with self.state.locked():
            backend = self.applied()
            saved = self.state.saved
            replicas = {**saved.replicas, **asked}
            survey = self.survey(backend, replicas)
            self.remember_ports(survey)
            rollout = self._scaling(survey, set(asked))
            with Interrupt() as interrupt:
                ended = rollout.run(report, interrupt)
                if rollout.failed or not ended:
                    stopped, restored = rollout.undo(report)
                if not ended:
                    raise InterruptedRolloutError(stopped, restored)
                if not rollout.failed:
                    remembered = {"replicas": worth_remembering(backend, replicas)}
                    self.state.save(self.state.saved.model_copy(update=remembered))
            return rollout

    def _rollout(self, survey: Survey) -> Rollout:
        """Plan the steps from all that runs to all that is declared."""
        control = self.control(survey)
        planned = {record.name for record in survey.plan}
        steps = [_step(control, record, survey) for record in survey.plan]
        removals = [Step(now.record, "remove") for name, now in survey.running.items() if name not in planned]
        return Rollout(control, steps, removals, survey.surges)

    def _scaling(self, survey: Survey, parts: set[str]) -> Rollout:
        """Plan the steps by which some parts get more or fewer replicas: what runs stays as it is, edited or not."""
        control = self.control(survey)
        planned = {record.name: record for record in survey.plan}
        steps = [
            Step(record, "start")
            for record in survey.plan
            if record.noun in parts and record.name not in survey.running
        ]
        if gateway.NAME in survey.running and gateway.NAME in planned:
            now, wanted = survey.running[gateway.NAME].record, planned[gateway.NAME]
            routed = now.model_copy(update={name: getattr(wanted, name) for name in IN_PLACE})
            steps.append(_step(control, routed, survey))
        removals = [
            Step(now.record, "remove")
            for name, now in survey.running.items()
            if now.record.noun in parts and name not in planned
        ]
        return Rollout(control, steps, removals, {})

    def remember_ports(self, survey: Survey) -> None:
        """Keep the ports of a plan for later commands."""
        saved = self.state.saved
        self.state.save(saved.model_copy(update={"ports": {**saved.ports, **survey.site.ports}}))

    def control(self, survey: Survey) -> Control:
        """Return the control over what runs."""
        control = Control(self.state, self.supervisor, {name: now.record for name, now in survey.running.items()})
        known = self.supervisor.processes().items()
        if stopped := [name for name, info in known if name not in survey.running and not is_running(info)]:
            control.forget(*stopped)  # a command that was killed had not come to that
        return control

    def _require(self, backend: Backend, survey: Survey) -> None:
        """Raise PlatformError for what would fail later."""
        if survey.running:
            secrets.require(self.state)
        now = survey.running.get(gateway.NAME)
        ours = now.record.port if now and now.condition == "running" else None
        if backend.gateway and backend.gateway.port != ours:
            ports.require_free(backend.gateway.port, "gateway.port")
        if backend.postgres:
            postgres.require_database(backend, survey.site)
            if survey.site.privilege == "setpriv":
                open_to_nobody(self.state, survey.site.programs["postgres"])

    def down(self, report: Report, *, delete_data: bool = False) -> list[Step]:
        """Stop everything, those first on which nothing depends; data is kept unless it is to be deleted."""
        if not self.state.exists:
            return []
        with self.state.locked():
            running = observe(self.state, self.supervisor)
            steps = [Step(now.record, "stop") for now in running.values()]
            stop_in_order(self.supervisor, steps, as_phase="stopped", report=lambda: report(steps))
            self.supervisor.shutdown()
            strays.stop(self.state)
            if delete_data:
                self.state.delete()
            else:  # what was asked of it ends with it
                self.state.forget_replicas()
        return steps


def _step(control: Control, record: Process, survey: Survey) -> Step:
    now = survey.running.get(record.name)
    if record.name in survey.left_behind:
        return Step(record, "restart", reason=f"was {LEFT_BEHIND}, so it is copied anew")
    action = needed_action(record, now, survey.done.get(record.name))
    if action == "keep" and not control.is_written(record):
        action = "update"
    return Step(record, action, replaces=now is not None and now.condition == "running")


def url(backend: Backend) -> str | None:
    """Return the address at which clients reach a backend, None if it has no gateway."""
    return gateway.url(backend.gateway) if backend.gateway else None


def _ports_of(record: Process) -> set[int]:
    health_port = getattr(record.health, "port", None)
    return {port for port in (record.port, health_port) if port is not None}
