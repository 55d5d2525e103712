"""Judges what an environment would make by all rules that are installed, as strictly as the project says."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from scalewright.declaration.errors import Mistake, Mistakes
from scalewright.local.errors import PlatformError
from scalewright.plan.policy.check import check, check_processes
from scalewright.plan.policy.objects import Objects
from scalewright.plan.policy.waivers import waive
from scalewright.policies import levels, packs
from scalewright.policies.waivers import waivers

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from scalewright.plan.policy.report import Level, Report
    from scalewright.plan.policy.rule import Rule
    from scalewright.plan.policy.strictness import Strictness
    from scalewright.plan.policy.waivers import Waiver
    from scalewright.plan.records import Process
    from scalewright.plan.resources import Resource


def rules() -> tuple[Rule, ...]:
    """Return the rules of all packs that are installed; raises PlatformError for a pack that cannot be loaded."""
    return packs.installed()


def strictness(project: Path, environment: str, otherwise: Level = "mandatory") -> Strictness:
    """Return how strict an environment is, by `stacks/policies.yaml`; raises Mistakes."""
    return levels.strictness(project, environment, rules(), otherwise)


def checked(project: Path, environment: str, resources: Iterable[Resource]) -> Report:
    """Judge what an environment makes in a cluster; what the project waives there is set aside.

    Raises Mistakes for what the project says wrongly of policies, and PlatformError for two objects of one name.
    """
    return checked_objects(project, environment, _objects(resources))


def checked_objects(project: Path, environment: str, objects: Objects) -> Report:
    """Judge objects as those of an environment; raises Mistakes."""
    said, put_up_with = _said(project, environment, "mandatory")
    return _waived(check(objects, rules(), said), put_up_with, environment)


def checked_processes(project: Path, environment: str, processes: Sequence[Process]) -> Report:
    """Judge what an environment runs on this machine, by those rules that know of it; raises Mistakes.

    It stops nothing unless the project says so: a laptop is no place to be safe from its owner.
    """
    said, put_up_with = _said(project, environment, "advisory")
    return _waived(check_processes(processes, rules(), said), put_up_with, environment)


def _objects(resources: Iterable[Resource]) -> Objects:
    from scalewright.plan.render import RenderError

    try:
        return Objects.of_plan(resources)
    except RenderError as error:
        raise PlatformError(str(error)) from error


def _said(project: Path, environment: str, otherwise: Level) -> tuple[Strictness, tuple[Waiver, ...]]:
    """Return what a project says of an environment; the mistakes of both files are told together."""
    mistakes: list[Mistake] = []
    try:
        said = strictness(project, environment, otherwise)
    except Mistakes as error:
        mistakes += error.mistakes
    try:
        put_up_with = waivers(project, [one.name for one in rules()])
    except Mistakes as error:
        mistakes += error.mistakes
    if mistakes:
        raise Mistakes(mistakes)
    return said, put_up_with


def _waived(report: Report, put_up_with: Iterable[Waiver], environment: str) -> Report:
    known = {one.name: one for one in rules()}
    return waive(report, put_up_with, known, environment, datetime.now(UTC).date())
