"""``scalewright preflight``: whether a cluster can take an environment."""

from __future__ import annotations

import time
from contextlib import closing
from typing import TYPE_CHECKING

import click

from scalewright.cli import planning
from scalewright.cli.arguments import environment_argument
from scalewright.cli.planning import cluster_options
from scalewright.cli.render import require_kubernetes
from scalewright.cli.working import working
from scalewright.local.errors import PlatformError

if TYPE_CHECKING:
    from scalewright.cli.main import Project
    from scalewright.kubernetes.cluster import Cluster
    from scalewright.plan.preflight import Sight, Verdict
    from scalewright.plan.resources import Resource


@click.command()
@environment_argument
@cluster_options
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
    given = planning.content(kubeconfig)
    with working(lambda: f"{environment}: {time.monotonic() - begun:.0f} s"):
        cluster, plan = planning.begun(project.project, environment, kubeconfig, context, given)
        with closing(cluster), planning.told():
            sight, verdict = _judged(plan, cluster)
    _show(environment, cluster, sight, verdict)
    if verdict.troubles:
        raise PlatformError(*verdict.troubles)
    click.echo(f"{environment} can be applied. Nothing was changed.")


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
