"""``scalewright up``: bring an environment to its declaration."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, NoReturn

import click

from scalewright.cli.arguments import environment_argument
from scalewright.cli.invocation import program

if TYPE_CHECKING:
    from scalewright.cli.main import Project
    from scalewright.local.platform import InterruptedRolloutError
    from scalewright.local.rollout import Rollout


@click.command()
@environment_argument
@click.option("-y", "--yes", is_flag=True, help="Change a cluster without asking; on this machine nobody is asked.")
@click.option("--diff", "show_diff", is_flag=True, help="Show first what changes, property by property.")
@click.pass_obj
def up(project: Project, environment: str, *, yes: bool, show_diff: bool) -> None:
    """Start what is declared; change only what differs.

    What runs as it is declared is left alone. Ends when everything is healthy and leaves it running. Ctrl-C before
    that stops what was started.

    On Kubernetes Pulumi does it, as `pulumi up -s ENV` would: what would change is shown, and done once you agree.
    Ctrl-C lets what was begun come to its end.
    """
    from scalewright.declaration import load

    if load(project.project, environment).platform == "kubernetes":
        from scalewright.cli import provisioning

        provisioning.up(project.project, environment, yes=yes, in_full=show_diff)
        return
    _up(project, environment, show_diff=show_diff)


def _up(project: Project, environment: str, *, show_diff: bool) -> None:
    """Bring up an environment on this machine."""
    from scalewright.cli.checking import checked_processes
    from scalewright.cli.findings import require_accepted
    from scalewright.cli.progress import Progress
    from scalewright.cli.target import target
    from scalewright.local.platform import InterruptedRolloutError, url

    platform, backend = target(project.project, environment)
    survey = platform.survey(backend)
    require_accepted(checked_processes(project.project, environment, survey.plan), environment)
    if show_diff:
        from scalewright.cli.differences import show

        show(survey.diff.changes, in_full=True)
    begun = time.monotonic()
    try:
        with Progress() as progress:
            rollout = platform.up(backend, progress.report)
    except InterruptedRolloutError as interrupted:
        interruption(interrupted)
    _close(rollout, environment, url(backend), time.monotonic() - begun)


def interruption(interrupted: InterruptedRolloutError) -> NoReturn:
    """Say what was taken back on Ctrl-C, and end."""
    stopped, restored = (", ".join(names) or "nothing" for names in (interrupted.stopped, interrupted.restored))
    click.echo(f"\nInterrupted before all was healthy; stopped again: {stopped}; put back: {restored}.", err=True)
    sys.exit(130)


def failures(rollout: Rollout) -> None:
    """Show what failed, each with its last words."""
    for step in rollout.failed:
        if step.phase == "failed":
            click.echo("\n".join(("", *step.last_words)), err=True)


def _close(rollout: Rollout, environment: str, url: str | None, seconds: float) -> None:
    """Say how it ended: what failed with its last words, or where the backend can be reached."""
    failures(rollout)
    if rollout.failed:
        names = ", ".join(step.name for step in rollout.failed)
        click.echo(
            f"\n{environment} is not healthy: {names}. See `{program()} logs NAME`; mend it and bring it up again, "
            f"or stop the rest with `{program()} down`.",
            err=True,
        )
        sys.exit(1)
    touched = sum(step.touches for step in (*rollout.steps.values(), *rollout.removals))
    total = len(rollout.steps)
    if touched:
        click.echo(f"\n{environment} is healthy: {touched} of {total} changed in {seconds:.1f} s.")
    else:
        click.echo(f"{environment} is healthy: nothing to change in {total}.")
    if url:
        click.echo(f"  {url}")
    click.echo(f"  next: {program()} status | logs -f | preview | down")
