"""``scalewright drift``: what really runs against what was last applied."""

from __future__ import annotations

import json
import sys
import time
from contextlib import closing
from typing import TYPE_CHECKING, NamedTuple

import click

from scalewright.cli import planning
from scalewright.cli.arguments import environment_argument
from scalewright.cli.differences import counted, show
from scalewright.cli.planning import cluster_options
from scalewright.cli.working import working
from scalewright.local.errors import PlatformError

if TYPE_CHECKING:
    from pathlib import Path

    from scalewright.automation.stack import Stack
    from scalewright.cli.main import Project
    from scalewright.plan.diff import Diff

WORDS = {"added": "not asked for", "removed": "gone", "unchanged": "as applied"}


class Drift(NamedTuple):
    """What runs otherwise, and what it was compared with."""

    against: str
    diff: Diff


@click.command()
@environment_argument
@cluster_options
@click.option("--json", "as_json", is_flag=True, help="Print the differences as JSON.")
@click.option("--exit-code", is_flag=True, help="End like `git diff`: 0 if there is none, 1 if some, 128 on trouble.")
@click.pass_obj
def drift(
    project: Project, environment: str, context: str | None, kubeconfig: str | None, *, as_json: bool, exit_code: bool
) -> None:
    """Compare what really runs with what was last applied.

    On Kubernetes that is what Pulumi holds of the stack, property by property. Where Pulumi or the stack is not here,
    and with --context or --kubeconfig, it is the declaration, which the cluster compares in a dry run. `up` puts all of
    it back.
    """
    try:
        found = _drift(project.project, environment, context, kubeconfig)
    except PlatformError as error:
        if not exit_code:
            raise
        for trouble in error.troubles:
            click.echo(f"scalewright: {trouble}", err=True)
        sys.exit(128)
    if as_json:
        told = {"environment": environment, "against": found.against, **found.diff.model_dump(mode="json")}
        click.echo(json.dumps(told, indent=2))
    else:
        click.echo(f"{environment}: what runs, against {found.against}")
        show(found.diff.changes, in_full=True)
        click.echo(counted(found.diff.changes, WORDS) or "nothing was applied")
    if exit_code and found.diff:
        sys.exit(1)


def _drift(project: Path, environment: str, context: str | None, kubeconfig: str | None) -> Drift:
    from scalewright.declaration import load

    if load(project, environment).platform != "kubernetes":
        return _on_this_machine(project, environment)
    begun, given = time.monotonic(), planning.content(kubeconfig)
    with working(lambda: f"{environment}: {time.monotonic() - begun:.0f} s"):
        if not (context or kubeconfig) and (stack := _stack(project, environment)):
            planning.require_cluster(project, environment)
            return Drift(f"what was last applied (stack {environment})", _compared(stack))
        return _in_cluster(project, environment, context, kubeconfig, given)


def _on_this_machine(project: Path, environment: str) -> Drift:
    from scalewright.cli.target import target
    from scalewright.local.drift import drift as found

    platform, _ = target(project, environment)
    return Drift("what was last brought up", found(platform))


def _stack(project: Path, environment: str) -> Stack | None:
    """Return the stack of an environment; None where Pulumi is not here, or has no state of it."""
    from scalewright.automation import command, stack

    found = command.find()
    return stack.select(project, environment, found) if found else None


def _compared(stack: Stack) -> Diff:
    from scalewright.automation.stack import InterruptedOperationError

    try:
        return stack.compare(lambda work: None).drift()
    except InterruptedOperationError as error:
        raise KeyboardInterrupt from error


def _in_cluster(
    project: Path, environment: str, context: str | None, kubeconfig: str | None, given: str | None
) -> Drift:
    from scalewright.kubernetes.drift import drift as found
    from scalewright.plan.render import objects

    cluster, plan = planning.begun(project, environment, kubeconfig, context, given)
    with closing(cluster), planning.told():
        return Drift(f"the declaration, in context {cluster.context}", found(cluster, objects(plan)))
