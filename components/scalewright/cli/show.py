"""``scalewright show``: the declaration as one environment has it."""

from __future__ import annotations

import json
from io import StringIO
from typing import TYPE_CHECKING, Any

import click

from scalewright.cli.arguments import environment_argument
from scalewright.declaration import load

if TYPE_CHECKING:
    from scalewright.cli.main import Project


@click.command()
@environment_argument
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of YAML.")
@click.pass_obj
def show(project: Project, environment: str, *, as_json: bool) -> None:
    """Print the declaration of ENV with overlay and defaults."""
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
