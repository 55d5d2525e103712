"""The argument that every command shares."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Callable

DEFAULT = "local"

#: The names that Pulumi allows for a stack, without those that begin like an option or a hidden file.
ENVIRONMENT_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")

Command = TypeVar("Command", bound="Callable[..., object]")


def environment_argument(command: Command) -> Command:
    """Add the argument ENV, which defaults to ``local`` and completes to the project's environments."""
    return click.argument(
        "environment", metavar="[ENV]", default=DEFAULT, shell_complete=complete, callback=environment_name
    )(command)


def environment_name(_ctx: click.Context, _parameter: click.Parameter, value: str) -> str:
    """Refuse what names no environment but perhaps a folder: the state of an environment lies under its name."""
    if not ENVIRONMENT_NAME.fullmatch(value):
        raise click.BadParameter(
            f"{value!r} is no name of an environment; it must be letters, digits, hyphens, underscores and full stops, "
            "and begin with a letter or digit."
        )
    return value


def find_project(start: Path) -> Path:
    """Return the nearest folder upwards that holds ``stacks/``, or the start if there is none."""
    return next((folder for folder in (start, *start.parents) if (folder / "stacks").is_dir()), start)


def complete(ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """Return the environments of the project whose names begin so."""
    from scalewright.declaration import environments

    start: Path = ctx.find_root().params.get("project") or Path.cwd()
    return [name for name in environments(find_project(start.resolve())) if name.startswith(incomplete)]
