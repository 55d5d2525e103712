"""``scalewright reset``: one part begun anew."""

from __future__ import annotations

import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import click

from scalewright.cli.arguments import environment_argument
from scalewright.cli.confirmation import require_yes
from scalewright.cli.invocation import program
from scalewright.cli.target import target
from scalewright.cli.up import failures, interruption

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from scalewright.cli.main import Project
    from scalewright.declaration import Backend
    from scalewright.local.parts import Part
    from scalewright.local.platform import LocalPlatform


@click.command()
@click.argument("name", metavar="PART")
@environment_argument
@click.option("-y", "--yes", is_flag=True, help="Delete data without asking.")
@click.pass_obj
def reset(project: Project, name: str, environment: str, *, yes: bool) -> None:
    """Begin PART anew, and leave the rest.

    A server begins without its data, a service or workers by new processes. PART is one of those that `scale` and
    `status` show: `postgres`, `postgres-replica-1`, `redis`, `orders`, `orders-worker-1`. A new database is
    migrated and seeded; a replica is copied from its primary again. A reset that fails, or is interrupted, changes
    nothing.
    """
    from scalewright.cli.progress import Progress
    from scalewright.local import reset as resetting
    from scalewright.local.platform import InterruptedRolloutError

    platform, backend = target(project.project, environment)
    part = _part(name, platform, backend)
    resetting.require(platform, part)
    if part.loses:
        size = _size(part.kept(platform.state))
        require_yes(f"Delete {part.loses} of {environment} ({size} in {platform.state / 'data'})?", yes=yes)
    begun = time.monotonic()
    try:
        with Progress() as progress:
            rollout = resetting.reset(platform, backend, part, progress.report)
    except InterruptedRolloutError as interrupted:
        interruption(interrupted)
    if rollout is None:
        click.echo(f"{part.name} is reset: its data is deleted. The next `{program()} up {environment}` begins anew.")
    elif rollout.failed:
        failures(rollout)
        click.echo(f"\nNothing was reset: {part.name} is as it was.", err=True)
        sys.exit(1)
    else:
        click.echo(f"{part.name} is reset in {time.monotonic() - begun:.1f} s.")


def _part(name: str, platform: LocalPlatform, backend: Backend) -> Part:
    from scalewright.cli.suggestion import unknown
    from scalewright.local import parts
    from scalewright.local.running import observe

    running = [now.record for now in observe(platform.state, platform.supervisor).values()]
    part = parts.find(name, backend, running)
    if part is None:
        raise click.UsageError(unknown("part", name, parts.parts(backend)))
    return part


def _size(paths: Iterable[Path]) -> str:
    """Return how much is to be deleted; a server that runs may delete files meanwhile."""
    from rich.filesize import decimal

    total = 0
    for path in paths:
        for file in (path, *path.rglob("*")):
            with suppress(FileNotFoundError):
                total += file.stat().st_size
    return decimal(total)
