"""``scalewright scale``: more or fewer replicas of what runs."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

import click

from scalewright.cli.arguments import DEFAULT, environment_name
from scalewright.cli.up import failures, interruption

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.cli.main import Project
    from scalewright.declaration import Backend


@click.command()
@click.argument("parts", metavar="[PART=N]...", nargs=-1)
@click.option(
    "-e",
    "--env",
    "environment",
    default=DEFAULT,
    show_default=True,
    callback=environment_name,
    help="The environment.",
)
@click.pass_obj
def scale(project: Project, parts: tuple[str, ...], environment: str) -> None:
    """Bring PART to N replicas, or show how many there are.

    N must be within the declared bounds. PART is a service, such as `orders`, or workers, such as `orders-worker`.
    New replicas get requests once they are healthy; those that go finish what they are at. `up` keeps the number,
    `down` forgets it.
    """
    from scalewright.cli.progress import Progress
    from scalewright.local.platform import InterruptedRolloutError, LocalPlatform
    from scalewright.local.replicas import names

    platform = LocalPlatform(project.project, environment)
    backend = platform.applied()
    before = platform.replicas(backend)
    if not parts:
        _show(backend, before)
        return
    asked = parse(parts, backend, environment)
    begun = time.monotonic()
    try:
        with Progress() as progress:
            rollout = platform.scale(asked, progress.report)
    except InterruptedRolloutError as interrupted:
        interruption(interrupted)
    if rollout.failed:
        failures(rollout)
        click.echo("\nNothing was scaled: what was started is stopped again.", err=True)
        sys.exit(1)
    seconds = time.monotonic() - begun
    for name, noun in names(backend).items():
        if noun in asked and asked[noun] == before[noun]:
            click.echo(f"{name} has {before[noun]} replicas already.")
        elif noun in asked:
            click.echo(f"{name}: {before[noun]} -> {asked[noun]} replicas in {seconds:.1f} s.")


def parse(parts: tuple[str, ...], backend: Backend, environment: str) -> dict[str, int]:
    """Return the number of replicas by noun; raises click.UsageError that names every mistake."""
    from scalewright.local.replicas import spoken

    nouns = spoken(backend)
    asked: dict[str, int] = {}
    troubles: list[str] = []
    for part in parts:
        name, _, number = part.partition("=")
        found = list(_troubles(part, backend, environment))
        if not found and nouns[name] in asked:
            found = [f"{name} is given twice. Give each part once"]
        if found:
            troubles += found
        else:
            asked[nouns[name]] = int(number)
    if troubles:
        raise click.UsageError("\n".join(troubles))
    return asked


def _troubles(part: str, backend: Backend, environment: str) -> Iterator[str]:
    """Say what is wrong with one PART=N."""
    from scalewright.local.replicas import scales, spoken

    name, separator, number = part.partition("=")
    noun = spoken(backend).get(name)
    if noun is None:
        yield _unknown(name, backend)
    if not separator or not number:
        yield f"{part!r} has no number. Write it as PART=N, for example {name or 'orders'}=3"
    elif not number.isascii() or not number.removeprefix("-").isdigit():
        yield f"{name}={number}: {number!r} must be a whole number"
    elif int(number) < 0:
        yield f"{name}={number}: it must not be below 0"
    elif noun is not None:
        bounds, setting = scales(backend)[noun], f"{noun}.scale"
        file = f"stacks/Pulumi.{environment}.yaml"
        if int(number) > bounds.max:
            yield (
                f"{name}={number}: it must be at most {setting}.max ({bounds.max}). To pass it, raise {setting}.max in "
                f"{file} and run `scalewright up {environment}`"
            )
        elif int(number) < bounds.min:
            yield (
                f"{name}={number}: it must be at least {setting}.min ({bounds.min}). To go below, lower {setting}.min "
                f"in {file} and run `scalewright up {environment}`"
            )


def _unknown(name: str, backend: Backend) -> str:
    from difflib import get_close_matches

    from scalewright.local.replicas import names

    known = names(backend)
    if not known:
        return f"there is no part {name!r}: nothing that is declared has replicas"
    near = get_close_matches(name, known, n=1)
    hint = f"Did you mean {near[0]!r}? " if near else ""
    return f"there is no part {name!r}. {hint}There are: {', '.join(known)}"


def _show(backend: Backend, replicas: dict[str, int]) -> None:
    from rich.console import Console
    from rich.table import Table

    from scalewright.local.replicas import names, scales

    table = Table(box=None, padding=(0, 2, 0, 0))
    for title in ("PART", "REPLICAS", "MIN", "MAX"):
        table.add_column(title, justify="left" if title == "PART" else "right")
    for name, noun in names(backend).items():
        bounds = scales(backend)[noun]
        table.add_row(name, str(replicas[noun]), str(bounds.min), str(bounds.max))
    Console(highlight=False).print(table)
