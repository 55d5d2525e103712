"""``scalewright preview``: what ``up`` would do."""

from __future__ import annotations

import json
import sys
import time
from typing import TYPE_CHECKING, Any

import click

from scalewright.cli.arguments import environment_argument
from scalewright.cli.planning import cluster_options
from scalewright.cli.target import target
from scalewright.cli.working import working
from scalewright.declaration import load
from scalewright.local.errors import PlatformError

if TYPE_CHECKING:
    from scalewright.cli.comparison import Answer
    from scalewright.cli.main import Project
    from scalewright.plan.diff import Change, Diff

MARKS = {"added": ("+", "green"), "changed": ("~", "yellow"), "removed": ("-", "red"), "unchanged": (" ", "white")}
#: The status of whatever hinders a comparison with `--exit-code`, as that of `git diff`.
TROUBLE = 128


@click.command()
@environment_argument
@click.option(
    "--against",
    metavar="BASE",
    help="For Kubernetes: a git revision (default: HEAD), a folder that `render` wrote (./DIR where a revision may be "
    "called so, too), or `cluster`.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the changes as JSON.")
@click.option("--markdown", is_flag=True, help="For Kubernetes: print them as Markdown, for a pull request.")
@click.option(
    "--exit-code", is_flag=True, help="End like `git diff`: 0 if nothing would change, 1 if something, 128 on trouble."
)
@cluster_options
@click.pass_obj
def preview(
    project: Project,
    environment: str,
    *,
    against: str | None,
    as_json: bool,
    markdown: bool,
    exit_code: bool,
    context: str | None,
    kubeconfig: str | None,
) -> None:
    """Show what the declaration would change, and change nothing.

    An environment of this machine is compared with what runs. One on Kubernetes is compared with what another revision
    declares, with what was rendered, or by a dry run with what is in a cluster; only the last needs one. It says what
    every change comes to, and what all of them take.
    """
    if as_json and markdown:
        raise click.UsageError("--json and --markdown exclude each other. Take one of them out.")
    try:
        if load(project.project, environment).platform == "kubernetes":
            from scalewright.cli.comparison import CLUSTER, Question

            if (context or kubeconfig) and against != CLUSTER:
                raise click.UsageError("--context and --kubeconfig name a cluster. Add --against cluster.")
            asked = Question(project.project, environment, against, context, kubeconfig)
            differs = _on_kubernetes(asked, as_json=as_json, markdown=markdown)
        else:
            _refuse(environment, against=against, markdown=markdown, context=context, kubeconfig=kubeconfig)
            differs = _on_this_machine(project, environment, as_json=as_json)
    except PlatformError as error:
        if not exit_code:
            raise
        click.echo("\n".join(f"scalewright: {one}" for one in error.troubles), err=True)
        sys.exit(TROUBLE)
    if exit_code and differs:
        sys.exit(1)


def _on_kubernetes(asked: Any, *, as_json: bool, markdown: bool) -> bool:
    """Show what an environment on Kubernetes would change; returns whether it would change anything."""
    from scalewright.cli import changes, pull_request
    from scalewright.cli.comparison import compared

    begun = time.monotonic()
    with working(lambda: f"{asked.environment}: {time.monotonic() - begun:.0f} s"):
        answer = compared(asked)
    if as_json:
        click.echo(json.dumps(_as_data(answer), indent=2))
    elif markdown:
        click.echo(pull_request.page(answer), nl=False)
    else:
        changes.show(answer)
    return bool(answer.comparison)


def _as_data(answer: Answer) -> dict[str, Any]:
    about = {"environment": answer.environment, "against": answer.against, "notes": list(answer.notes)}
    news = answer.judged.news
    new = [one.model_dump(mode="json") for one in news.new]
    found = {"new": new, "standing": len(news.old), "mended": len(news.gone)}
    return {**about, **answer.comparison.model_dump(mode="json"), "findings": found}


def _refuse(environment: str, **options: Any) -> None:
    """Raise PlatformError for options that only environments on Kubernetes have."""
    if given := [f"--{name}" for name, value in options.items() if value]:
        raise PlatformError(
            f"{', '.join(given)}: environment {environment} is not on Kubernetes, and is compared with what runs. "
            "Take it out, or name an environment on Kubernetes"
        )


def _on_this_machine(project: Project, environment: str, *, as_json: bool) -> bool:
    """Show what an environment of this machine would change; returns whether it would change anything."""
    platform, backend = target(project.project, environment)
    diff = platform.survey(backend).diff
    if as_json:
        click.echo(json.dumps(diff.model_dump(mode="json"), indent=2))
    else:
        _show(diff)
    return bool(diff)


def _show(diff: Diff) -> None:
    for change in diff.changes:
        if change.action != "unchanged":
            _show_change(change)
    counts = (f"{len(diff.named(action))} {action}" for action in ("added", "changed", "removed", "unchanged"))
    click.echo(", ".join(counts))


def _show_change(change: Change) -> None:
    mark, color = MARKS[change.action]
    click.secho(f"{mark} {change.name}", fg=color)
    for field in change.fields:
        click.echo(f"    {field.path}: {_value(field.before)} -> {_value(field.after)}")


def _value(value: object) -> str:
    if value is None:
        return "none"
    return value if isinstance(value, str) and value and "\n" not in value else json.dumps(value)
