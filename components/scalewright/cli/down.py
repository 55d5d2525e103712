"""``scalewright down``: stop an environment."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from scalewright.cli.arguments import environment_argument

if TYPE_CHECKING:
    from pathlib import Path

    from scalewright.cli.main import Project


@click.command()
@environment_argument
@click.option("--delete-data", is_flag=True, help="Delete databases, secrets and logs as well.")
@click.option("-y", "--yes", is_flag=True, help="Delete data, or what runs in a cluster, without asking.")
@click.pass_obj
def down(project: Project, environment: str, *, delete_data: bool, yes: bool) -> None:
    """Stop everything, in reverse order; data is kept.

    On Kubernetes it is Pulumi that does it, as `pulumi destroy -s ENV` would, once you agree.
    """
    from scalewright.local.state import State

    if not State(project.project, environment).exists:
        from scalewright.declaration import load

        # A name that was mistyped is a mistake, not an environment at rest.
        if load(project.project, environment).platform == "kubernetes":
            from scalewright.cli import provisioning

            provisioning.down(project.project, environment, yes=yes, delete_data=delete_data)
            return
        click.echo(f"{environment} is not running and has no data.")
        return
    _down(project.project, environment, delete_data=delete_data, yes=yes)


def _down(project: Path, environment: str, *, delete_data: bool, yes: bool) -> None:
    """Stop what runs on this machine."""
    from scalewright.cli.progress import Progress
    from scalewright.local.platform import LocalPlatform

    platform = LocalPlatform(project, environment)
    if delete_data and not yes:
        click.confirm(f"Delete all data of {environment} in {platform.state.folder}?", abort=True)
    begun = time.monotonic()
    with Progress() as progress:
        steps = platform.down(progress.report, delete_data=delete_data)
    seconds = time.monotonic() - begun
    stopped = f"{len(steps)} processes stopped in {seconds:.1f} s" if steps else "nothing was running"
    click.echo(f"{environment}: {stopped}; data {'deleted' if delete_data else 'kept'}.")
