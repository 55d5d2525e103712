"""``scalewright doctor``: what ails an environment and its machine, and what to type about it."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

import click

from scalewright.cli.arguments import environment_argument
from scalewright.cli.invocation import program
from scalewright.cli.target import target

if TYPE_CHECKING:
    from rich.table import Table

    from scalewright.cli.main import Project
    from scalewright.local.doctor.checkup import Report
    from scalewright.local.doctor.finding import Finding

STYLES = {"ok": "green", "note": "yellow", "trouble": "bold red"}


@click.command()
@environment_argument
@click.option("--json", "as_json", is_flag=True, help="Print all findings as JSON.")
@click.pass_obj
def doctor(project: Project, environment: str, *, as_json: bool) -> None:
    """Look for what is wrong with this machine and with what runs.

    Tells which programs were found where, ports, disk, memory and limits; of a running environment also why a database
    refuses, tasks wait, processes die or answers are slow. Each trouble comes with its cause and a line to type.
    Nothing is changed, and it ends within ten seconds.

    The exit status is 0 when there is no trouble, 1 when there is one; notes are none.
    """
    from scalewright.cli.working import working
    from scalewright.local.doctor.checkup import diagnose

    platform, backend = target(project.project, environment)
    waiting: list[str] = []

    def wait_for(subjects: list[str]) -> None:
        waiting[:] = subjects

    with working(lambda: f"looking at {', '.join(waiting)}"):
        report = diagnose(platform, backend, wait_for)
    if as_json:
        click.echo(report.model_dump_json(indent=2))
    else:
        _show(report)
    if report.troubles:
        sys.exit(1)


def _show(report: Report) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False)
    width = max(len(finding.subject) for findings in report.parts.values() for finding in findings)
    for part, findings in report.parts.items():
        console.print(Text(part, "bold"))
        for finding in findings:
            console.print(_told(finding, width))
            if finding.remedy:  # as it is, however long: a line that was folded cannot be copied
                console.print(Text(f"{' ' * (width + 13)}$ {typed(finding.remedy)}", "cyan"), soft_wrap=True)
    state = "" if report.running else ", which is not running"
    style = STYLES["trouble" if report.troubles else "note" if report.notes else "ok"]
    counts = f"{_counted(report.troubles, 'trouble')}, {_counted(report.notes, 'note')}"
    console.print(Text.assemble("\n", f"{report.environment}{state}: ", (counts, style)))


def _told(finding: Finding, width: int) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column(width=9, no_wrap=True)
    table.add_column(width=width, no_wrap=True)
    table.add_column(overflow="fold")
    seen = Text(finding.seen, "" if finding.level == "ok" else "bold")
    table.add_row(Text(f"  {finding.level}", STYLES[finding.level]), finding.subject, seen)
    if finding.cause:
        table.add_row("", "", finding.cause)
    return table


def typed(remedy: str) -> str:
    """Return a remedy as it can be typed here."""
    return re.sub(r"(?<![\w/.-])scalewright(?= \w)", lambda _: program(), remedy)


def _counted(count: int, what: str) -> str:
    return f"{count or 'no'} {what}{'' if count == 1 else 's'}"
