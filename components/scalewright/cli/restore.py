"""``scalewright restore``: a dump in the place of the database."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from scalewright.cli.arguments import environment_argument
from scalewright.cli.confirmation import require_yes
from scalewright.cli.target import target
from scalewright.local.errors import PlatformError

if TYPE_CHECKING:
    from scalewright.cli.main import Project


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@environment_argument
@click.option("-y", "--yes", is_flag=True, help="Replace without asking.")
@click.pass_obj
def restore(project: Project, file: Path, environment: str, *, yes: bool) -> None:
    """Replace the database's content by that of FILE.

    All of it, or nothing. Services go on meanwhile; they are without the database for the moment in which the two
    change places.
    """
    from scalewright.cli.working import working
    from scalewright.local import client, dump
    from scalewright.local import restore as restoring

    platform, backend = target(project.project, environment)
    if backend.postgres is None:
        raise PlatformError(f"environment {environment} declares no postgres, so there is nowhere to restore to")
    postgres = client.postgres_programs(platform.state, backend)
    content = dump.read(file, postgres.path, postgres.version[0])
    restoring.require_own(content, backend)
    client.primary_port(platform)
    require_yes(f"Replace all data of {environment} in postgres by {file}?", yes=yes)
    stages = ["waiting"]
    begun = time.monotonic()
    with working(lambda: stages[-1]):
        restoring.restore(platform, backend, content, stages.append)
    click.echo(f"{environment} is restored from {file} in {time.monotonic() - begun:.1f} s. Redis is as it was.")
