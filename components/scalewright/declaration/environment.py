"""Environments: the declaration of a project with the changes of one stack file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from scalewright.declaration.backend import Backend
from scalewright.declaration.diagnosis import diagnose
from scalewright.declaration.errors import Mistake, Mistakes
from scalewright.declaration.image import movable
from scalewright.declaration.nulls import misnamed
from scalewright.declaration.overlay import in_vain, merge, overwritten, read_overlay
from scalewright.declaration.platforms import unsupported
from scalewright.declaration.program import declared
from scalewright.declaration.wording import nearest

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = "stacks"
PREFIX, SUFFIX = "Pulumi.", ".yaml"


def environments(project: Path) -> list[str]:
    """The names of a project's environments, one for each stack file, in alphabetical order."""
    files = (project / FOLDER).glob(f"{PREFIX}?*{SUFFIX}")
    return sorted(file.name.removeprefix(PREFIX).removesuffix(SUFFIX) for file in files if file.is_file())


def load(project: Path, environment: str) -> Backend:
    """The backend as one environment has it.

    Args:
        project: The folder that holds `stacks`.
        environment: The name of the environment: `local` means `stacks/Pulumi.local.yaml`.

    Raises:
        Mistakes: All that is wrong with the declaration or the stack file, together.
    """
    name = stack_file(project, environment)
    base = declared(project).model_dump(mode="json", exclude_unset=True)
    overlay = read_overlay(project / name, name)
    merged = merge(base, overlay.data)
    lacking = list(unsupported(merged, overlay.data))
    problems = [*misnamed(base, overlay.data), *lacking, *movable(merged, environment)]
    stray = in_vain(overlay, merged.get("platform", "local"))
    try:
        backend = Backend.model_validate(merged)
    except ValidationError:
        problems += diagnose(merged, out_of_place=[each.path for each in lacking])
    else:
        stray += overwritten(overlay, backend)
    mistakes = [*overlay.mistakes, *stray, *map(overlay.located, problems)]
    if mistakes:
        raise Mistakes(mistakes)
    return backend


def configuration(project: Path, environment: str) -> dict[str, Any]:
    """All that the stack file of an environment configures, of this and of other projects, by its full name."""
    name = stack_file(project, environment)
    return read_overlay(project / name, name).config


def stack_file(project: Path, environment: str) -> str:
    """The stack file's name relative to the project. Only a listed name is opened, so no path leads elsewhere."""
    known = environments(project)
    name = f"{FOLDER}/{PREFIX}{environment}{SUFFIX}"
    if environment in known:
        return name
    if not (project / FOLDER).is_dir():
        bound, remedy = "the folder is missing", "Run this in the folder of a project, or name it with --project"
        raise Mistakes([Mistake("", None, bound, remedy, f"{FOLDER}/")])
    if not known:
        bound, remedy = "the file is missing, and there is no environment yet", "Create it, even empty"
        raise Mistakes([Mistake("", None, bound, remedy, name)])
    near = nearest(environment, known)
    bound = f"the file is missing; the environments are {', '.join(known)}"
    remedy = f"Did you mean {near}?" if near else "Choose one of them, or create it"
    raise Mistakes([Mistake("", None, bound, remedy, name)])
