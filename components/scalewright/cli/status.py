"""``scalewright status``: what runs, and how it does."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from scalewright.cli.arguments import environment_argument
from scalewright.cli.invocation import program
from scalewright.cli.target import target

if TYPE_CHECKING:
    from rich.table import Table

    from scalewright.cli.main import Project
    from scalewright.local.status import Status

STYLES = {"healthy": "green", "unhealthy": "yellow", "restarting": "yellow", "failed": "bold red", "stopped": "dim"}


@click.command()
@environment_argument
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
@click.pass_obj
def status(project: Project, environment: str, *, as_json: bool) -> None:
    """Show processes, ports, memory, restarts, lag and queue length.

    The exit status is 0 when all is healthy, 1 when something is not, 3 when nothing runs.
    """
    from scalewright.local.platform import url
    from scalewright.local.status import status as ask

    platform, backend = target(project.project, environment)
    answer = ask(platform, backend, url(backend))
    if as_json:
        click.echo(answer.model_dump_json(indent=2))
    elif not answer.processes:
        click.echo(f"{environment} is not running. Start it with `{program()} up {environment}`.")
    else:
        _show(answer)
    if not answer.healthy:
        sys.exit(1 if answer.processes else 3)


def _show(answer: Status) -> None:
    from rich.console import Console

    console = Console(highlight=False)
    console.print(_table(answer))
    for process in answer.processes:
        for line in process.log:
            console.print(f"  {process.name} | {line}", markup=False, style="dim")
    for replica in answer.replication:
        console.print(
            f"{replica.replica}: {replica.state}, {replica.lag_bytes} bytes behind ({replica.lag_seconds:.2f} s)"
        )
    for queue, length in answer.queues.items():
        console.print(f"queue {queue}: {length} waiting")
    if answer.url:
        console.print(answer.url)


def _table(answer: Status) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, 2, 0, 0))
    for title, justify in (("NAME", "left"), ("STATE", "left"), ("PORT", "right"), ("PID", "right")):
        table.add_column(title, justify=justify)  # type: ignore[arg-type]
    for title in ("MEMORY", "RESTARTS", "UPTIME"):
        table.add_column(title, justify="right")
    for process in answer.processes:
        table.add_row(
            process.name,
            Text(process.state, style=STYLES[process.state]),
            *(str(value) if value else "" for value in (process.port, process.pid)),
            f"{process.memory / 2**20:.1f} MiB" if process.memory else "",
            str(process.restarts),
            _duration(process.uptime),
        )
    total = sum(process.memory or 0 for process in answer.processes)
    table.add_row("", "", "", "", Text(f"{total / 2**20:.0f} MiB", style="bold"), "", "")
    return table


def _duration(seconds: float | None) -> str:
    if seconds is None:
        return ""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h{minutes:02}m" if hours else f"{minutes}m{rest:02}s" if minutes else f"{rest}s"
