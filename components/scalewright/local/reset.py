"""Begin one part anew: without its data where it has any, else by new processes. All of it, or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright.local import aside, postgres, secrets, strays
from scalewright.local.errors import PlatformError
from scalewright.local.interrupt import Interrupt
from scalewright.local.platform import InterruptedRolloutError
from scalewright.local.rollout import Rollout
from scalewright.local.running import has_database
from scalewright.local.step import Step
from scalewright.local.stopping import stop_in_order

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scalewright.declaration import Backend
    from scalewright.local.parts import Part
    from scalewright.local.platform import LocalPlatform, Report, Survey
    from scalewright.plan.records import Process


def require(platform: LocalPlatform, part: Part) -> None:
    """Raise PlatformError if there is nothing to reset, or if it could not be made anew."""
    state, environment = platform.state, platform.state.environment
    if part.data and not part.loses and part.kept(state) and not has_database(state):
        raise PlatformError(
            f"{state / 'data/postgres'} is gone, so {part.name} may be all that is left of the data. To give it up, "
            f"run `scalewright reset postgres {environment}`"
        )
    if platform.supervisor.pid() is None and not part.kept(state):
        what = "has no data" if part.data else "keeps no data"
        raise PlatformError(
            f"{part.name} {what}, and {environment} is not running: there is nothing to reset. Start it with "
            f"`scalewright up {environment}`"
        )


def reset(platform: LocalPlatform, backend: Backend, part: Part, report: Report) -> Rollout | None:
    """Begin a part anew, as it is declared now, and touch nothing else but what cannot run meanwhile.

    Where nothing runs, the next `up` makes it anew, and None is returned. A reset that fails changes nothing. Raises
    PlatformError before anything is touched, and InterruptedRolloutError on Ctrl-C, after which all is as it was.
    """
    with platform.state.locked():
        require(platform, part)
        if platform.supervisor.pid() is None:
            strays.stop(platform.state)
            aside.take(platform.state, part.kept(platform.state))
            aside.clear(platform.state)
            return None
        survey = platform.survey(backend, keeps_database=part.name != postgres.PRIMARY)
        if not any(part.holds(record) for record in survey.plan):
            raise PlatformError(f"{part.name} is not declared any more. Run `scalewright up`, which ends it")
        secrets.require(platform.state)
        platform.remember_ports(survey)
        with Interrupt() as interrupt:
            anew = _made_anew if part.data else _restarted
            return anew(platform, survey, part, report, interrupt)


def _restarted(platform: LocalPlatform, survey: Survey, part: Part, report: Report, interrupt: Interrupt) -> Rollout:
    """Restart processes as `up` does after an edit: services behind a stand-in, with no request failed."""
    serving = {name for name, now in survey.running.items() if now.condition == "running"}
    steps = [Step(record, "restart", replaces=record.name in serving) for record in survey.plan if part.holds(record)]
    rollout = Rollout(platform.control(survey), steps, [], survey.surges)
    ended = rollout.run(report, interrupt)
    if rollout.failed or not ended:
        stopped, restored = rollout.undo(report)
    if not ended:
        raise InterruptedRolloutError(stopped, restored)
    return rollout


def _made_anew(platform: LocalPlatform, survey: Survey, part: Part, report: Report, interrupt: Interrupt) -> Rollout:
    """Make the data anew, and do its jobs again; those who wait for the jobs are stopped meanwhile.

    Others connect anew, as they do after a crash of the part.
    """
    before = [now.record for now in survey.running.values() if part.holds(now.record) or _needs_jobs(now.record, part)]
    stops = [Step(record, "stop") for record in before]
    stop_in_order(platform.supervisor, stops, as_phase="stopped", report=lambda: report(stops))
    for record in before:
        del survey.running[record.name]
    taken = part.kept(platform.state)
    aside.take(platform.state, taken)
    rollout = Rollout(platform.control(survey), _steps(survey, part, before), [], {})
    ended = not interrupt() and rollout.run(report, interrupt)
    if ended and not rollout.failed:
        aside.clear(platform.state)
        return rollout
    rollout.undo(report)
    aside.put_back(platform.state, taken, made=part.kept(platform.state))
    Rollout(platform.control(survey), [Step(record, "start") for record in before], [], {}).run(report, lambda: False)
    if not ended:
        raise InterruptedRolloutError([], [record.name for record in before])
    return rollout


def _needs_jobs(record: Process, part: Part) -> bool:
    return any(name in record.depends_on for name in part.jobs)


def _steps(survey: Survey, part: Part, before: Sequence[Process]) -> list[Step]:
    """Return the steps that start all of a part, and what else was stopped."""
    planned = {record.name: record for record in survey.plan}
    own = [record for record in survey.plan if part.holds(record)]
    others = [planned.get(record.name, record) for record in before if not part.holds(record)]
    return [Step(record, "run" if record.kind == "job" else "start") for record in (*own, *others)]
