"""``scalewright check``: what the rules find in an environment, or in anybody's manifests."""

from __future__ import annotations

import json
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from scalewright.cli.arguments import DEFAULT, ENVIRONMENT_NAME, complete
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
    if value is not None and not ENVIRONMENT_NAME.fullmatch(value):
        raise click.BadParameter(f"{value!r} is no name of an environment.")
    return value


def formats(command: Callable[..., object]) -> Callable[..., object]:
    """Add an option for each form in which a report can be had."""
    about = {
        "json": "Print the report as JSON.",
        "sarif": "As SARIF 2.1.0, for code hosts.",
        "junit": "As JUnit's XML, for continuous integration.",
        "markdown": "As Markdown, for a comment.",
    }
    for name in reversed(FORMATS):
        command = click.option(f"--{name}", "form", flag_value=name, help=about[name])(command)
    return command


@click.command()
@click.argument("environment", metavar="[ENV]", required=False, shell_complete=complete, callback=_environment)
@click.option(
    "--manifests",
    metavar="PATH",
    multiple=True,
    help="Check manifests instead, anybody's: a file, a folder, or - for standard input; may be given again.",
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
    environment: str | None,
    *,
    manifests: tuple[str, ...],
    as_in: str | None,
    form: str | None,
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
    if manifests and environment:
        raise click.UsageError("ENV and --manifests exclude each other. Name the environment with --environment.")
    if as_in and not manifests:
        raise click.UsageError("--environment is for --manifests. Name the environment without it.")
    asked = Asked(project.project, as_in if manifests else environment or DEFAULT, manifests)
    try:
        begun = time.monotonic()
        with working(lambda: f"{asked.title}: {time.monotonic() - begun:.0f} s"):
            report = _judged(asked)
            text = _text(report, asked, form)
    except PlatformError as error:
        click.echo("\n".join(f"scalewright: {one}" for one in error.troubles), err=True)
        sys.exit(MISTAKEN)
    _tell(report, asked, text, output)
    sys.exit(1 if report.stops else 0)


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
        output.write_text("".join(f"{one.text}\n" for one in told) if text is None else text, encoding="utf-8")
    elif text is not None:
        click.echo(text, nl=False)
        return
    for line in told:
        click.secho(line.text, fg=line.color, bold=line.bold)
