"""The Pulumi program of a project: what ``stacks/__main__.py`` calls, and what a plan is made from."""

from __future__ import annotations

import runpy
from typing import TYPE_CHECKING, Any

from scalewright.declaration import load
from scalewright.evaluation import evaluate

if TYPE_CHECKING:
    from pathlib import Path

    from scalewright.plan.resources import Resource

PROJECT = "scalewright"


def provision(project: Path, environment: str) -> dict[str, Any]:
    """Register the resources of an environment, and return the outputs of its stack by name.

    Raises Mistakes.
    """
    backend = load(project, environment)
    if backend.platform != "kubernetes":
        raise NotImplementedError
    from scalewright.kubernetes.backend import Backend

    made = Backend(backend, environment)
    return {name: getattr(made, name) for name in Backend.__annotations__}


def plan(project: Path, environment: str) -> tuple[Resource, ...]:
    """Return what the program of a project would make, without making anything.

    That is ``stacks/__main__.py``, with all that its author may have added, or the backend alone where there is none.
    """
    load(project, environment)  # a mistake there is told as such, and not from within the program
    program = project / "stacks"
    if (program / "__main__.py").exists():
        return evaluate(lambda: _run(program), PROJECT, environment)
    return evaluate(lambda: _provision(project, environment), PROJECT, environment)


def _run(program: Path) -> None:
    runpy.run_path(str(program), run_name="__main__")


def _provision(project: Path, environment: str) -> None:
    provision(project, environment)
