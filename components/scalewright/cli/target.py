"""From the name of an environment to the platform that runs it."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import click

from scalewright.declaration import environments, load
from scalewright.local.errors import PlatformError
from scalewright.local.platform import LocalPlatform

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from scalewright.declaration import Backend

DEFAULT = "local"

F = TypeVar("F", bound="Callable[..., object]")


def environment_argument(command: F) -> F:
    """Add the argument ENV, which defaults to ``local``."""
    return click.argument("environment", metavar="[ENV]", default=DEFAULT, shell_complete=_complete)(command)


def _complete(ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    from pathlib import Path

    from scalewright.cli.main import find_project

    return [name for name in environments(find_project(Path.cwd())) if name.startswith(incomplete)]


def target(project: Path, environment: str) -> tuple[LocalPlatform, Backend]:
    """Load an environment and the platform it declares; raises PlatformError for one that is not there yet."""
    backend = load(project, environment)
    if backend.platform != "local":
        local = [name for name in environments(project) if load(project, name).platform == "local"]
        raise PlatformError(
            f"environment {environment} is on platform {backend.platform}, which this version cannot run yet; "
            f"it runs platform local: {', '.join(local) or 'no environment declares it'}"
        )
    return LocalPlatform(project, environment), backend
