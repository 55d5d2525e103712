"""``scalewright render``: the manifests of an environment on Kubernetes."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from scalewright.cli.arguments import environment_argument
from scalewright.local.errors import PlatformError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scalewright.cli.main import Project

#: The names of files that a render writes.
OURS = re.compile(r"\d{3}-[a-z0-9.-]+\.yaml|REFERENCES\.md")


@click.command()
@environment_argument
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="The folder for the manifests; what an earlier render left there is replaced.",
)
@click.pass_obj
def render(project: Project, environment: str, output: Path) -> None:
    """Write one file an object, in the order in which `kubectl apply --server-side -f` takes them.

    Needs no cluster and no Pulumi CLI. Secrets are named, never written: REFERENCES.md lists what others must make.
    """
    from scalewright.evaluation import ProgramError
    from scalewright.plan.render import REFERENCES, RenderError
    from scalewright.plan.render import render as rendered
    from scalewright.program import plan

    begun = time.monotonic()
    require_kubernetes(project.project, environment)
    try:
        files = rendered(plan(project.project, environment))
    except RenderError as error:
        raise PlatformError(f"{environment} cannot be rendered: {error}") from error
    except ProgramError as error:
        lines = str(error).splitlines()
        raise PlatformError(*(f"{environment} cannot be rendered: {line}" for line in lines)) from error
    replace(output, files)
    click.echo(f"{environment}: {len(files) - 1} objects in {output} in {time.monotonic() - begun:.1f} s.")
    click.echo(f"  what others must make: {output / REFERENCES}")


def require_kubernetes(project: Path, environment: str) -> None:
    """Raise PlatformError for an environment that is on another platform."""
    from scalewright.declaration import load

    platform = load(project, environment).platform
    if platform != "kubernetes":
        raise PlatformError(
            f"environment {environment} is on platform {platform}, which has no manifests. Name one on kubernetes"
        )


def replace(folder: Path, files: Mapping[str, str]) -> None:
    """Write files into a folder in place of those of an earlier render; raises PlatformError for others there."""
    before = sorted(path.name for path in folder.iterdir()) if folder.exists() else []
    if foreign := [name for name in before if not OURS.fullmatch(name)]:
        raise PlatformError(
            f"{folder} holds files that no render wrote: {', '.join(foreign[:5])}. Name an empty folder, or a new one"
        )
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text)
    for name in before:
        if name not in files:
            (folder / name).unlink()
