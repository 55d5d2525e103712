"""Judges what an environment would make by all rules that are installed, as strictly as the project says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright.cli import planning
from scalewright.declaration.environment import stack_file
from scalewright.plan.policy.check import check
from scalewright.plan.policy.objects import Objects
from scalewright.plan.policy.waivers import RULES as WAIVERS
from scalewright.policies import packs, sources
from scalewright.policies.judgement import judgement

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from scalewright.plan.policy.report import Report
    from scalewright.plan.policy.rule import Rule
    from scalewright.plan.records import Process
    from scalewright.plan.resources import Resource


def rules() -> tuple[Rule, ...]:
    """Return the rules of all packs that are installed; raises PlatformError for a pack that cannot be loaded."""
    return packs.installed()


def checked(project: Path, environment: str, resources: Iterable[Resource]) -> Report:
    """Judge what an environment makes in a cluster, and the files it is written in; what is waived there is set aside.

    Raises Mistakes for what the project says wrongly of policies, and PlatformError for two objects of one name.
    """
    return checked_objects(project, environment, objects(resources))


def checked_objects(project: Path, environment: str, objects: Objects) -> Report:
    """Judge objects as those of an environment; raises Mistakes."""
    return judgement(project, environment).of_objects(objects)


def checked_processes(project: Path, environment: str, processes: Sequence[Process]) -> Report:
    """Judge what an environment runs on this machine, by those rules that know of it; raises Mistakes.

    It stops nothing unless the project says so: a laptop is no place to be safe from its owner.
    """
    return judgement(project, environment, "advisory").of_processes(processes)


def checked_manifests(project: Path, environment: str | None, paths: Iterable[str]) -> Report:
    """Judge manifests: files, folders, and `-` for standard input; raises Mistakes, those of all files together.

    Without an environment every rule is mandatory but for those that stop nobody, and nothing is waived.
    """
    from scalewright.cli.manifests import subjects

    if environment is not None:
        stack_file(project, environment)  # what is as strict as nothing that there is, was meant otherwise
    found = Objects(subjects(paths))
    return check(found, rules()) if environment is None else checked_objects(project, environment, found)


def judges() -> tuple[Rule, ...]:
    """Return all that judges: the rules of the packs, and those over the files of the project itself."""
    return (*rules(), *sources.RULES, *WAIVERS)


def objects(resources: Iterable[Resource]) -> Objects:
    """Return the objects of a plan; raises PlatformError for two of one name."""
    with planning.told():
        return Objects.of_plan(resources)
