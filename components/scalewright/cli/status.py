"""``scalewright status``: what runs, and how it does."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

import click

from scalewright.cli.arguments import environment_argument
from scalewright.cli.invocation import program
from scalewright.cli.target import target

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.console import RenderableType
    from rich.table import Table

    from scalewright.cli.main import Project
    from scalewright.local.status import Status

#: Seconds from one look to the next, as `watch` might have it.
INTERVAL = 1.0
STYLES = {"healthy": "green", "unhealthy": "yellow", "restarting": "yellow", "failed": "bold red", "stopped": "dim"}


@click.command()
@environment_argument
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON; with --watch a line each time.")
@click.option("-w", "--watch", is_flag=True, help="Look again every second, until Ctrl-C.")
@click.pass_obj
def status(project: Project, environment: str, *, as_json: bool, watch: bool) -> None:
    """Show processes, ports, memory, restarts, lag and queue length.

    The exit status is 0 when all is healthy, 1 when something is not, 3 when nothing runs; 0 after --watch.
    """
    from scalewright.local.platform import url
    from scalewright.local.status import status as look

    platform, backend = target(project.project, environment)

    def ask() -> Status:
        return look(platform, backend, url(backend))

    if watch:
        _watch(ask, as_json=as_json)
        return
    answer = ask()
    if as_json:
        click.echo(answer.model_dump_json(indent=2))
    else:
        from rich.console import Console

        Console(highlight=False).print(_view(answer))
    if not answer.healthy:
        sys.exit(1 if answer.processes else 3)


def _watch(ask: Callable[[], Status], *, as_json: bool) -> None:
    """Redraw in place on a terminal; elsewhere print one answer after the other."""
    from rich.console import Console
    from rich.live import Live

    console = Console(highlight=False)
    try:
        if as_json:
            for answer in _answers(ask):
                click.echo(answer.model_dump_json())
        elif console.is_terminal:
            with Live(console=console, auto_refresh=False) as live:
                for answer in _answers(ask):
                    live.update(_view(answer), refresh=True)
        else:
            for answer in _answers(ask):
                console.print(_view(answer), "")
                console.file.flush()
    except KeyboardInterrupt:
        return


def _answers(ask: Callable[[], Status]) -> Iterator[Status]:
    while True:
        due = time.monotonic() + INTERVAL
        yield ask()
        time.sleep(max(0.0, due - time.monotonic()))


def _view(answer: Status) -> RenderableType:
    from rich.console import Group
    from rich.text import Text

    if not answer.processes:
        return Text(
            f"{answer.environment} is not running. Start it with `{program()} up {answer.environment}`.",
            overflow="fold",
        )
    logs = [Text(f"  {process.name} | {line}", "dim") for process in answer.processes for line in process.log]
    replicas = (
        f"{replica.replica}: {replica.state}, {replica.lag_bytes} bytes behind ({replica.lag_seconds:.2f} s)"
        for replica in answer.replication
    )
    queues = (f"queue {queue}: {length} waiting" for queue, length in answer.queues.items())
    urls = (answer.url,) if answer.url else ()
    return Group(_table(answer), *logs, *map(Text, (*replicas, *queues, *urls)))


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
