"""``scalewright show``: the declaration as one environment has it."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scalewright.declaration import environments, load

if TYPE_CHECKING:
    from scalewright.cli.main import Project


def _complete(ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    project: Path = (ctx.find_root().params.get("project") or Path.cwd()).resolve()
    roots = (folder for folder in (project, *project.parents) if (folder / "stacks").is_dir())
    return [name for name in environments(next(roots, project)) if name.startswith(incomplete)]


@click.command()
@click.argument("environment", metavar="[ENV]", default="local", shell_complete=_complete)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of YAML.")
@click.pass_obj
def show(project: Project, environment: str, *, as_json: bool) -> None:
    """Print the declaration of ENV: backend.py with the changes of its stack file, defaults filled in."""
    declared = load(project.project, environment).model_dump(mode="json")
    click.echo(json.dumps(declared, indent=2, ensure_ascii=False) if as_json else _as_yaml(declared), nl=as_json)


def _as_yaml(declared: dict[str, Any]) -> str:
    from ruamel.yaml import YAML

    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = False
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    yaml.width = 4096  # a line a value, so that two environments can be compared with diff
    text = StringIO()
    yaml.dump(declared, text)
    return text.getvalue()
