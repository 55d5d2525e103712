"""All that a project says of policies, and how a report looks in its light."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from scalewright.declaration.errors import Mistake, Mistakes
from scalewright.plan.policy.check import check, check_processes
from scalewright.plan.policy.objects import Objects
from scalewright.plan.policy.waivers import waive
from scalewright.policies import levels, packs, sources
from scalewright.policies.waivers import waivers

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from scalewright.plan.policy.report import Level, Report
    from scalewright.plan.policy.rule import Rule
    from scalewright.plan.policy.strictness import Strictness
    from scalewright.plan.policy.waivers import Waiver
    from scalewright.plan.records import Process


class Judgement(NamedTuple):
    """What judges an environment, how strictly, and what is put up with there."""

    project: Path
    environment: str
    rules: tuple[Rule, ...]
    """Those of all packs; they judge what an environment makes."""
    strictness: Strictness
    waivers: tuple[Waiver, ...]

    def of_objects(self, objects: Objects) -> Report:
        """Judge what the environment makes in a cluster, and the files it is written in. Raises Mistakes."""
        return self.complete(check(objects, self.rules, self.strictness))

    def of_processes(self, processes: Sequence[Process]) -> Report:
        """Judge what the environment runs on a machine, and the files it is written in. Raises Mistakes."""
        return self.complete(check_processes(processes, self.rules, self.strictness))

    def of_project(self) -> Report:
        """Judge the files in which the environment is written. Raises Mistakes."""
        written = Objects(sources.subjects(self.project, self.environment))
        return check(written, sources.RULES, self.strictness)

    def complete(self, report: Report) -> Report:
        """Return a report of what the environment makes with what is found in its files, and without what is waived."""
        files = self.of_project()
        update = {
            "findings": (*files.findings, *report.findings),
            "failures": (*files.failures, *report.failures),
            "rules": report.rules + files.rules,
        }
        return self.waived(report.model_copy(update=update))

    def waived(self, report: Report) -> Report:
        """Return a report without what is waived, and with what is wrong with the waivers."""
        known = {one.name: one for one in (*self.rules, *sources.RULES)}
        return waive(report, self.waivers, known, self.environment, datetime.now(UTC).date())


def judgement(project: Path, environment: str, otherwise: Level = "mandatory") -> Judgement:
    """Return what judges an environment; `otherwise` is the level where the project does not say.

    Raises Mistakes, those of all files of the project together, and PlatformError for a pack that cannot be loaded.
    """
    rules = packs.installed()
    known = (*rules, *sources.RULES)
    mistakes: list[Mistake] = []
    try:
        strictness = levels.strictness(project, environment, known, otherwise)
    except Mistakes as error:
        mistakes += error.mistakes
    try:
        put_up_with = waivers(project, [one.name for one in known])
    except Mistakes as error:
        mistakes += error.mistakes
    if mistakes:
        raise Mistakes(mistakes)
    return Judgement(project, environment, rules, strictness, put_up_with)


def judgement_of_former(former: Path, environment: str, project: Path, otherwise: Level = "mandatory") -> Judgement:
    """Return what judges the project as it was: the rules and levels of today, and what was waived at its own time.

    Raises Mistakes for what the project of today says wrongly, and PlatformError for a pack that cannot be loaded.
    """
    rules = packs.installed()
    known = (*rules, *sources.RULES)
    levels_of_today = levels.strictness(project, environment, known, otherwise)
    try:
        put_up_with = waivers(former, [one.name for one in known])
    except Mistakes:  # of another time: a rule that is no longer there, say
        put_up_with = ()
    return Judgement(former, environment, rules, levels_of_today, put_up_with)
