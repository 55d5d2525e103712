"""``scalewright check``: what the rules find in an environment, or in anybody's manifests."""

from __future__ import annotations

import json
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from scalewright.cli.arguments import DEFAULT, complete, environment_name
from scalewright.cli.output import write
from scalewright.cli.working import working
from scalewright.local.errors import PlatformError

if TYPE_CHECKING:
    from collections.abc import Callable

    from scalewright.cli.main import Project
    from scalewright.plan.policy.report import Report

#: The status of mistakes in what was given; findings have 1.
MISTAKEN = 2
FORMATS = ("json", "sarif", "junit", "markdown")


class Asked(NamedTuple):
    """What is to be checked."""

    project: Path
    environment: str | None
    manifests: tuple[str, ...]

    @property
    def title(self) -> str:
        """What it is called in a report."""
        return ", ".join(self.manifests) or str(self.environment)

    @property
    def file(self) -> str:
        """The file that declares it, where a finding is in none."""
        return f"stacks/Pulumi.{self.environment}.yaml" if self.environment else self.manifests[0]


def _environment(_ctx: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    return None if value is None else environment_name(_ctx, _parameter, value)


def formats(command: Callable[..., object]) -> Callable[..., object]:
    """Add an option for each form in which a report can be had."""
    about = {
        "json": "Print the report as JSON.",
        "sarif": "As SARIF 2.1.0, for code hosts.",
        "junit": "As JUnit's XML, for continuous integration.",
        "markdown": "As Markdown, for a comment.",
    }
    for name in reversed(FORMATS):
        command = click.option(f"--{name}", f"as_{name}", is_flag=True, help=about[name])(command)
    return command


@click.command()
@click.argument("names", metavar="[ENV]", nargs=-1, shell_complete=complete)
@click.option(
    "--manifests",
    metavar="PATH",
    multiple=True,
    help="Check manifests instead, anybody's: a file, a folder, or - for standard input; others may follow.",
)
@click.option(
    "--environment",
    "as_in",
    metavar="ENV",
    shell_complete=complete,
    callback=_environment,
    help="With --manifests: be as strict as this environment is, and put up with what it waives.",
)
@formats
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write that into a file; the terminal has the text.",
)
@click.pass_obj
def check(
    project: Project,
    names: tuple[str, ...],
    *,
    manifests: tuple[str, ...],
    as_in: str | None,
    as_json: bool,
    as_sarif: bool,
    as_junit: bool,
    as_markdown: bool,
    output: Path | None,
) -> None:
    """Judge an environment by the rules; change nothing.

    What an environment would make is judged, and the files in which it is written. No cluster and no Pulumi command
    are needed. With --manifests YAML is judged: `helm template CHART | scalewright check --manifests -`.

    stacks/policies.yaml tells how strict each environment is, stacks/waivers.yaml what is put up with for a while;
    docs/policies.md has all rules.

    The exit status is 0 when nothing mandatory was found, 1 when something was or a rule failed, 2 for mistakes in
    what was given.
    """
    asked = _asked(project.project, names, manifests, as_in)
    given = (as_json, as_sarif, as_junit, as_markdown)
    chosen = [name for name, is_given in zip(FORMATS, given, strict=True) if is_given]
    if len(chosen) > 1:
        raise click.UsageError(f"--{' and --'.join(chosen)} exclude each other. Take one of them out.")
    try:
        begun = time.monotonic()
        with working(lambda: f"{asked.title}: {time.monotonic() - begun:.0f} s"):
            report = _judged(asked)
            text = _text(report, asked, next(iter(chosen), None))
        _tell(report, asked, text, output)
    except PlatformError as error:
        click.echo("\n".join(f"scalewright: {one}" for one in error.troubles), err=True)
        sys.exit(MISTAKEN)
    sys.exit(1 if report.stops else 0)


def _asked(project: Path, names: tuple[str, ...], manifests: tuple[str, ...], as_in: str | None) -> Asked:
    """Return what is meant; names are further manifests beside the first: pre-commit passes files so."""
    if manifests:
        return Asked(project, as_in, (*manifests, *names))
    if as_in:
        raise click.UsageError("--environment is for --manifests. Name the environment without it.")
    if len(names) > 1:
        raise click.UsageError(f"{', '.join(names)}: one environment is checked at a time. Name one of them.")
    for name in names:
        environment_name(click.get_current_context(), click.Argument(["env"]), name)
    return Asked(project, names[0] if names else DEFAULT, ())


def _judged(asked: Asked) -> Report:
    """Return what is found; raises Mistakes and PlatformError for what cannot be judged."""
    from scalewright.cli import checking

    if asked.manifests:
        return checking.checked_manifests(asked.project, asked.environment, asked.manifests)
    from scalewright.declaration import load

    environment = str(asked.environment)
    backend = load(asked.project, environment)
    if backend.platform == "kubernetes":
        from scalewright.cli.planning import planned

        return checking.checked(asked.project, environment, planned(asked.project, environment))
    from scalewright.cli.target import target

    platform, backend = target(asked.project, environment)
    return checking.checked_processes(asked.project, environment, platform.survey(backend).plan)


def _text(report: Report, asked: Asked, form: str | None) -> str | None:
    """Return the report in the form that was asked for; None for the text of a terminal."""
    from scalewright.cli import checking
    from scalewright.plan.policy.writers import junit, markdown, sarif

    match form:
        case "json":
            about = {"environment": asked.environment, "manifests": list(asked.manifests), "stops": report.stops}
            return json.dumps({**about, **report.model_dump(mode="json")}, indent=2, ensure_ascii=False) + "\n"
        case "sarif":
            return sarif.text(report, checking.judges(), version("scalewright"), asked.file)
        case "junit":
            return junit.text(report, checking.judges(), f"scalewright check {asked.title}")
        case "markdown":
            return markdown.text(report, asked.title)
    return None


def _tell(report: Report, asked: Asked, text: str | None, output: Path | None) -> None:
    """Print a report, or write it into a file and print its text."""
    from scalewright.plan.policy.writers import terminal

    told = list(terminal.lines(report, asked.title))
    if output is not None:
        write(output, "".join(f"{one.text}\n" for one in told) if text is None else text)
    elif text is not None:
        click.echo(text, nl=False)
        return
    for line in told:
        click.secho(line.text, fg=line.color, bold=line.bold)
