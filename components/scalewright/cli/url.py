"""``scalewright url``: where clients reach an environment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from scalewright.cli.arguments import environment_argument
from scalewright.cli.target import target

if TYPE_CHECKING:
    from scalewright.cli.main import Project


@click.command()
@environment_argument
@click.pass_obj
def url(project: Project, environment: str) -> None:
    """Print the gateway's address."""
    from scalewright.local.errors import PlatformError
    from scalewright.local.platform import url as address

    _, backend = target(project.project, environment)
    found = address(backend)
    if found is None:
        raise PlatformError(f"environment {environment} declares no gateway. Declare `gateway` in stacks/backend.py")
    click.echo(found)
