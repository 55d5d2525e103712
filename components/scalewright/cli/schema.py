"""``scalewright schema``: what a stack file may hold."""

from __future__ import annotations

import json

import click

from scalewright.declaration import stack_schema


@click.command()
def schema() -> None:
    """Print the JSON Schema of stack files, for editors."""
    click.echo(json.dumps(stack_schema(), indent=2, ensure_ascii=False))
