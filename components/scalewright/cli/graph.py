"""``scalewright graph``: a picture of an environment."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from scalewright.cli.arguments import environment_argument
from scalewright.cli.output import write
from scalewright.local.errors import PlatformError

if TYPE_CHECKING:
    from collections.abc import Callable

    from scalewright.cli.main import Project
    from scalewright.plan.nodes import Graph

FORMATS = ("mermaid", "markdown", "svg")
ENDINGS = {".mmd": "mermaid", ".mermaid": "mermaid", ".md": "markdown", ".svg": "svg"}


@click.command()
@environment_argument
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    help="Mermaid, Mermaid as a block of Markdown, or SVG (default: by the ending of the file, else mermaid).",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help=f"The file to write, which ends in {', '.join(ENDINGS)}; else it is printed.",
)
@click.pass_obj
def graph(project: Project, environment: str, *, form: str | None, output: Path | None) -> None:
    """Draw an environment: its parts and their bounds.

    Who talks to whom is drawn too, and how far each part may scale. It needs the declaration alone: no cluster, no
    Pulumi, and nothing that runs.
    """
    from scalewright.declaration import load
    from scalewright.plan import graph as graphs
    from scalewright.plan.mermaid import is_drawn

    form = _format(form, output)
    drawn = graphs.graph(load(project.project, environment), environment)
    text = _writer(form)(drawn)
    if form != "svg" and not is_drawn(drawn, text):
        click.echo("scalewright: that is more than Mermaid draws on most pages. Use --format svg", err=True)
    if output is None:
        click.echo(text, nl=False)
        return
    write(output, text, "Name a file that you may write to with --output")
    click.echo(f"{environment}: {output}")


def _format(form: str | None, output: Path | None) -> str:
    """Return what to draw in; raises PlatformError for a file whose name says nothing of it, or something else."""
    ending = output.suffix.lower() if output else ""
    named = ENDINGS.get(ending)
    if output is None:
        return form or FORMATS[0]
    if form is None and named is None:
        raise PlatformError(f"{output} must end in {', '.join(ENDINGS)}. Rename it, or say what it is with --format")
    if form is not None and named is not None and form != named:
        raise PlatformError(f"{output} ends like a file of {named}, and --format is {form}. Take one of the two")
    return form or named or FORMATS[0]


def _writer(form: str) -> Callable[[Graph], str]:
    from scalewright.plan.mermaid import markdown, mermaid
    from scalewright.plan.svg import svg

    writers: dict[str, Callable[[Graph], str]] = {"mermaid": mermaid, "markdown": markdown, "svg": svg}
    return writers[form]
