"""The Pulumi program of a project: what ``stacks/__main__.py`` calls, and what a plan is made from."""

from __future__ import annotations

import runpy
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pulumi import Config, Output, RunError

from scalewright.declaration import configuration, load
from scalewright.declaration.encrypted import keys
from scalewright.declaration.errors import Mistakes
from scalewright.declaration.overlay import SECRETS
from scalewright.evaluation import ProgramError, evaluate
from scalewright.local.errors import PlatformError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pulumi import Resource

    from scalewright import declaration
    from scalewright.plan import resources

PROJECT = "scalewright"
_TOOLKIT = Path(__file__).parent


def provision(project: Path, environment: str) -> dict[str, Any]:
    """Register the resources of an environment, and return the outputs of its stack by name.

    Raises pulumi.RunError, with a line for each mistake.
    """
    try:
        made, outputs = _made(project, environment)
    except (Mistakes, PlatformError) as trouble:
        raise RunError(str(trouble)) from None
    return {name: getattr(made, name) for name in outputs}


def _made(project: Path, environment: str) -> tuple[Resource, Iterable[str]]:
    """Register the resources of an environment; returns what holds them all, and the names of its outputs."""
    backend = load(project, environment)
    if (make := PLATFORMS.get(backend.platform)) is None:
        raise PlatformError(
            f"environment {environment} is on platform {backend.platform}, which this version cannot run yet. "
            f"Name an environment whose platform is {' or '.join(sorted(PLATFORMS))}"
        )
    return make(project, environment, backend)


def _on_this_machine(project: Path, environment: str, backend: declaration.Backend) -> tuple[Resource, Iterable[str]]:
    from scalewright.local.platform import LocalPlatform
    from scalewright.local.resource import LocalBackend

    plan = LocalPlatform(project, environment).survey(backend).plan
    return LocalBackend(backend.name, project, environment, plan), ("url", "primary", "replicas")


def _on_kubernetes(project: Path, environment: str, backend: declaration.Backend) -> tuple[Resource, Iterable[str]]:
    from scalewright.kubernetes.backend import Backend
    from scalewright.preflight import preflight

    preflight(project, environment)
    return Backend(backend, environment, secrets=_encrypted(project, environment)), Backend.__annotations__


def _encrypted(project: Path, environment: str) -> dict[str, dict[str, Output[str]]]:
    """Return the secrets of the stack's configuration: names as its file has them, values as Pulumi decrypts them."""
    names = keys(configuration(project, environment).get(SECRETS))
    if not names:
        return {}
    values = Config(PROJECT).require_secret_object(SECRETS.partition(":")[2])
    return {name: {key: _value(values, name, key) for key in known} for name, known in names.items()}


def _value(values: Output[Any], name: str, key: str) -> Output[str]:
    return values.apply(lambda known: str(known[name][key]))


#: What registers the resources of a backend, by its platform; each imports only what it needs.
PLATFORMS = {"local": _on_this_machine, "kubernetes": _on_kubernetes}


def plan(project: Path, environment: str) -> tuple[resources.Resource, ...]:
    """Return what the program of a project would make, without making anything.

    That is ``stacks/__main__.py``, with all that its author may have added, or the backend alone where there is none.
    Raises Mistakes, and ProgramError for a program that fails.
    """
    load(project, environment)  # a mistake there is told as such, and not from within the program
    program, settings = project / "stacks", configuration(project, environment)
    if (program / "__main__.py").exists():
        return evaluate(lambda: _run(program), PROJECT, environment, settings)
    return evaluate(lambda: _provision(project, environment), PROJECT, environment, settings)


def _run(program: Path) -> None:
    """Run a program; raises ProgramError for what its author may have done wrong, and all else as it is."""
    try:
        runpy.run_path(str(program), run_name="__main__")
    except (Mistakes, RunError):
        raise
    except SystemExit as error:
        raise ProgramError(f"{_place(error, program)}it ends by itself ({error.code}). Take the exit out") from error
    except Exception as error:
        if not (place := _place(error, program)):
            raise
        reason = str(error).partition("\n")[0]
        raise ProgramError(f"{place}it raises {type(error).__name__}: {reason}. Correct it") from error


def _place(error: BaseException, program: Path) -> str:
    """Return the line of a program's own file that an error is from; nothing for one from within the toolkit."""
    if isinstance(error, SyntaxError) and str(error.filename).startswith(f"{program}/"):
        return f"{str(error.filename).removeprefix(f'{program.parent}/')}:{error.lineno}: "
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if frame.filename.startswith(f"{program}/"):
            return f"{frame.filename.removeprefix(f'{program.parent}/')}:{frame.lineno}: "
        if frame.filename.startswith(f"{_TOOLKIT}/"):
            break
    return ""


def _provision(project: Path, environment: str) -> None:
    provision(project, environment)
