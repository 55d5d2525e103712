"""``scalewright backup``: the database as one file."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from scalewright.cli.arguments import environment_argument
from scalewright.cli.invocation import program
from scalewright.cli.target import target
from scalewright.local.errors import PlatformError

if TYPE_CHECKING:
    from scalewright.cli.main import Project


@click.command()
@environment_argument
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="The file, or a folder for it (default: backups/ENV-TIME.dump of the project).",
)
@click.pass_obj
def backup(project: Project, environment: str, output: Path | None) -> None:
    """Write a dump of the database, consistent while it is used."""
    from scalewright.cli.working import working
    from scalewright.local import backup as backups

    platform, backend = target(project.project, environment)
    if backend.postgres is None:
        raise PlatformError(f"environment {environment} declares no postgres, so there is nothing to back up")
    file = output or backups.default_folder(project.project)
    if file.is_dir():
        file /= backups.default_name(environment)
    if file.exists():
        raise PlatformError(f"{file} exists. Name another file, or delete that one")
    begun = time.monotonic()
    with working(lambda: f"backing up: {_size(backups.partial(file))}"):
        backups.backup(platform, backend, file)
    click.echo(f"{environment} is backed up in {time.monotonic() - begun:.1f} s: {_size(file)}")
    click.echo(f"  {os.path.relpath(file)}")
    click.echo(f"  to put it back: {program()} restore {os.path.relpath(file)} {environment}")


def _size(file: Path) -> str:
    from rich.filesize import decimal

    return decimal(file.stat().st_size) if file.exists() else ""
