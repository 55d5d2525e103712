"""``scalewright preflight``: whether a cluster can take an environment."""

from __future__ import annotations

import sys
import time
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import click

from scalewright.cli.arguments import environment_argument
from scalewright.cli.render import require_kubernetes
from scalewright.cli.working import working
from scalewright.local.errors import PlatformError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from scalewright.cli.main import Project
    from scalewright.kubernetes.cluster import Cluster
    from scalewright.plan.preflight import Sight, Verdict
    from scalewright.plan.resources import Resource


@click.command()
@environment_argument
@click.option("--context", help="The context of the kubeconfig (default: its current one).")
@click.option(
    "--kubeconfig",
    metavar="FILE",
    help="The kubeconfig, - for standard input (default: KUBECONFIG, else ~/.kube/config).",
)
@click.pass_obj
def preflight(project: Project, environment: str, context: str | None, kubeconfig: str | None) -> None:
    """Ask a cluster if it can take an environment; change nothing.

    Looks for the versions and kinds that it must serve, whose the namespace is, quotas, and the right to make each
    kind. Where the namespace is there, every manifest is tried in a dry run, so that admission webhooks and Pod
    Security have their say. `pulumi preview` and `pulumi up` do the same before they make anything.

    The exit status is 0 when nothing stands against it, 1 when something does; notes do not.
    """
    begun = time.monotonic()
    require_kubernetes(project.project, environment)
    content = sys.stdin.read() if kubeconfig == "-" else None
    with working(lambda: f"{environment}: {time.monotonic() - begun:.0f} s"):
        cluster, plan = _begun(project.project, environment, lambda: _connected(kubeconfig, context, content))
        with closing(cluster), _told():
            sight, verdict = _judged(plan, cluster)
    _show(environment, cluster, sight, verdict)
    if verdict.troubles:
        raise PlatformError(*verdict.troubles)
    click.echo(f"{environment} can be applied. Nothing was changed.")


def _connected(file: str | None, context: str | None, content: str | None) -> Cluster:
    from scalewright.kubernetes.cluster import connect

    with _told():
        return connect(file, context, content)


def _begun(project: Path, environment: str, connected: Callable[[], Cluster]) -> tuple[Cluster, tuple[Resource, ...]]:
    """Return the cluster and the plan; raises PlatformError for all that hinders either."""
    troubles: list[str] = []
    try:
        cluster = connected()
    except PlatformError as error:
        troubles += error.troubles
    try:
        plan = _plan(project, environment)
    except PlatformError as error:
        troubles += error.troubles
    if troubles:
        raise PlatformError(*troubles)
    return cluster, plan


def _plan(project: Path, environment: str) -> tuple[Resource, ...]:
    from scalewright.evaluation import ProgramError
    from scalewright.program import plan

    try:
        return plan(project, environment)
    except ProgramError as error:
        lines = str(error).splitlines()
        raise PlatformError(*(f"{environment} cannot be planned: {line}" for line in lines)) from error


def _judged(plan: tuple[Resource, ...], cluster: Cluster) -> tuple[Sight, Verdict]:
    from scalewright.kubernetes.survey import survey
    from scalewright.plan.preflight import judge
    from scalewright.plan.references import external
    from scalewright.plan.render import is_known, objects, withheld

    found = objects(plan)
    sight = survey(cluster, found, external([one for one in found if is_known(one)], withheld(plan)))
    return sight, judge(found, sight)


def _show(environment: str, cluster: Cluster, sight: Sight, verdict: Verdict) -> None:
    """Tell where was looked, and what is worth knowing; tokens are nowhere in it."""
    where = f"context {cluster.context}, {cluster.address}, Kubernetes {sight.version}, as {sight.user}"
    click.echo(f"{environment}: {where}")
    for name, found in sight.namespaces.items():
        told = "there" if found else "not there yet, so that nothing was tried in it"
        click.echo(f"  namespace {name}: {told}")
    if sight.trials:
        click.echo(f"  {len(sight.trials)} objects tried")
    for note in verdict.notes:
        click.echo(f"  note: {note}")


@contextmanager
def _told() -> Iterator[None]:
    """Raise PlatformError for what cannot be asked or rendered."""
    from scalewright.kubernetes.kubeconfig import ClusterError
    from scalewright.plan.render import RenderError

    try:
        yield
    except (ClusterError, RenderError) as error:
        raise PlatformError(str(error)) from error
