"""``scalewright preview``: what ``up`` would do."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import click

from scalewright.cli.arguments import environment_argument
from scalewright.cli.target import target
from scalewright.local.errors import PlatformError

if TYPE_CHECKING:
    from scalewright.cli.main import Project
    from scalewright.plan.diff import Change, Diff

MARKS = {"added": ("+", "green"), "changed": ("~", "yellow"), "removed": ("-", "red"), "unchanged": (" ", "white")}


@click.command()
@environment_argument
@click.option("--json", "as_json", is_flag=True, help="Print the changes as JSON.")
@click.option(
    "--exit-code", is_flag=True, help="End like `git diff`: 0 if nothing would change, 1 if something, 128 on trouble."
)
@click.pass_obj
def preview(project: Project, environment: str, *, as_json: bool, exit_code: bool) -> None:
    """Compare the declaration with what runs, and change nothing."""
    try:
        platform, backend = target(project.project, environment)
        diff = platform.survey(backend).diff
    except PlatformError as error:
        if not exit_code:
            raise
        click.echo(f"scalewright: {error}", err=True)
        sys.exit(128)
    if as_json:
        click.echo(json.dumps(diff.model_dump(mode="json"), indent=2))
    else:
        _show(diff)
    if exit_code and diff:
        sys.exit(1)


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
