"""The plan of an environment on Kubernetes and the cluster that it is held against, with every trouble in one line."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

import click

from scalewright.local.errors import PlatformError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from scalewright.kubernetes.cluster import Cluster
    from scalewright.plan.resources import Resource

Command = TypeVar("Command", bound="Callable[..., object]")


def cluster_options(command: Command) -> Command:
    """Add the options by which a cluster is named."""
    context = click.option("--context", help="The context of the kubeconfig (default: its current one).")
    kubeconfig = click.option(
        "--kubeconfig",
        metavar="FILE",
        help="The kubeconfig, - for standard input (default: KUBECONFIG, else ~/.kube/config).",
    )
    return context(kubeconfig(command))


def content(kubeconfig: str | None) -> str | None:
    """Return what standard input holds, where that is the kubeconfig."""
    return sys.stdin.read() if kubeconfig == "-" else None


def begun(
    project: Path, environment: str, kubeconfig: str | None, context: str | None, given: str | None
) -> tuple[Cluster, tuple[Resource, ...]]:
    """Return the cluster and the plan; raises PlatformError for all that hinders either."""
    troubles: list[str] = []
    try:
        cluster = _connected(kubeconfig, context, given)
    except PlatformError as error:
        troubles += error.troubles
    try:
        plan = planned(project, environment)
    except PlatformError as error:
        troubles += error.troubles
    if troubles:
        raise PlatformError(*troubles)
    return cluster, plan


def _connected(file: str | None, context: str | None, given: str | None) -> Cluster:
    from scalewright.kubernetes.cluster import connect

    with told():
        return connect(file, context, given)


def require_cluster(project: Path, environment: str) -> None:
    """Raise PlatformError for a cluster that does not answer: that of Pulumi's provider, by the stack's settings.

    Pulumi itself looks first at what runs, and would wait for many minutes. `scalewright:preflight` switches this off,
    too.
    """
    from scalewright.declaration import configuration

    settings = configuration(project, environment)
    if settings.get("scalewright:preflight") in {False, "false"}:
        return
    context, kubeconfig = settings.get("kubernetes:context"), settings.get("kubernetes:kubeconfig")
    if isinstance(kubeconfig, dict) or {"kubernetes:cluster", "kubernetes:renderYamlToDirectory"} & settings.keys():
        return  # only Pulumi can read it, or tell which it is, or it asks none
    given = kubeconfig if kubeconfig and ("\n" in kubeconfig or kubeconfig.lstrip().startswith("{")) else None
    _connected(None if given else kubeconfig, context, given).close()


def planned(project: Path, environment: str) -> tuple[Resource, ...]:
    """Return what an environment would make; raises PlatformError for a program that fails."""
    from scalewright.evaluation import ProgramError
    from scalewright.program import plan

    try:
        return plan(project, environment)
    except ProgramError as error:
        lines = str(error).splitlines()
        raise PlatformError(*(f"{environment} cannot be planned: {line}" for line in lines)) from error


@contextmanager
def told() -> Iterator[None]:
    """Raise PlatformError for what cannot be asked or rendered."""
    from scalewright.kubernetes.kubeconfig import ClusterError
    from scalewright.plan.render import RenderError

    try:
        yield
    except (ClusterError, RenderError) as error:
        raise PlatformError(str(error)) from error
