"""`up` and `down` of an environment on a cluster: by Pulumi's engine, in the words of this command line."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

import click

from scalewright.cli.differences import counted, show
from scalewright.cli.findings import require_accepted
from scalewright.cli.interruption import STATUS
from scalewright.cli.invocation import program
from scalewright.cli.planning import planned, require_cluster
from scalewright.cli.progress import Progress
from scalewright.cli.pulumi_command import require_command
from scalewright.cli.working import working
from scalewright.local.errors import PlatformError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from scalewright.automation.command import CommandLine
    from scalewright.automation.stack import Begun, Stack
    from scalewright.automation.work import Work


def up(project: Path, environment: str, *, yes: bool, in_full: bool) -> None:
    """Show what would change, ask, and have Pulumi do it."""
    _require_answer(f"`{program()} up {environment}` changes a cluster.", yes=yes)
    command = require_command()
    _require_accepted(project, environment)
    require_cluster(project, environment)
    with _interruptible(environment):
        stack = _stack(project, environment, command)
        _tell_of(stack.begun, environment)
        changes = _previewed(stack, in_full=in_full)
        if changes and not yes:
            click.confirm(f"Change {environment}?", abort=True)
    if changes:
        _carried_out("up", stack, command)
    else:
        click.echo(f"{environment} is as declared: nothing to change.")
    if stack.begun:
        stack.settle()
    _show_outputs(stack)


def _require_accepted(project: Path, environment: str) -> None:
    """Raise PlatformError for what the rules find that stops the environment."""
    from scalewright.cli.checking import checked

    begun = time.monotonic()
    with working(lambda: f"{environment}: {time.monotonic() - begun:.0f} s"):
        report = checked(project, environment, planned(project, environment))
    require_accepted(report, environment)


def down(project: Path, environment: str, *, yes: bool, delete_data: bool) -> None:
    """Say what goes and what stays, ask, and have Pulumi delete it."""
    from scalewright.automation import stack as stacks
    from scalewright.automation.keeping import kept

    if delete_data:
        raise PlatformError(
            f"data of {environment} is in a cluster, where no command of ours deletes it. Leave --delete-data out, and "
            "delete the namespace by hand; docs/kubernetes.md tells how"
        )
    _require_answer(f"`{program()} down {environment}` deletes what runs in a cluster.", yes=yes)
    command = require_command()
    with _interruptible(environment):
        stack = stacks.select(project, environment, command)
        held = stack.resources if stack else []
        if stack is None or not held:
            click.echo(f"{environment}: Pulumi holds nothing of it, so there is nothing to stop.")
            return
        require_cluster(project, environment)
        stays = kept(held)
        gone = len(held) - sum(1 for one in held if one.get("retainOnDelete"))
        click.echo(f"{environment}: {gone} objects go.")
        _show_kept(stays)
        if not yes:
            click.confirm(f"Delete what runs of {environment}?", abort=True)
    _carried_out("down", stack, command)
    _show_kept(stays)


def _show_kept(names: list[str]) -> None:
    if names:
        click.echo(f"  kept, as is the data in it: {', '.join(names)}")


def _require_answer(what: str, *, yes: bool) -> None:
    """Raise PlatformError where nobody could be asked; a long preview first would be in vain."""
    if not yes and not sys.stdin.isatty():
        raise PlatformError(f"{what} There is no terminal to ask on. Say --yes if you mean it")


def _stack(project: Path, environment: str, command: CommandLine) -> Stack:
    from scalewright.automation import stack as stacks

    if found := stacks.select(project, environment, command):
        return found
    made = stacks.make(project, environment, command)
    click.echo(f"Made the stack {environment}. Its settings are in stacks/Pulumi.{environment}.yaml: commit them.")
    return made


def _tell_of(begun: list[Begun], environment: str) -> None:
    """Tell of what an update that was killed had begun; raises PlatformError for what is not simply taken over."""
    if not begun:
        return
    names = ", ".join(f"{one.operation} {one.name}" for one in begun)
    told = f"the last update of {environment} was cut off while {names}; nobody wrote down how that ended"
    if foreign := [one.name for one in begun if not one.type.startswith(("kubernetes:", "random:"))]:
        raise PlatformError(
            f"{told}. Look whether {', '.join(foreign)} is there, then run `pulumi refresh -s {environment}`, "
            "which asks what became of each"
        )
    click.echo(f"{told}. What is declared is taken over now; delete the rest by hand, should it be there.", err=True)


def _previewed(stack: Stack, *, in_full: bool) -> bool:
    """Show what an update would change; returns whether it would."""
    begun, seen = time.monotonic(), list[int]()

    def report(work: Work) -> None:
        seen[:] = [work.compared]

    with working(lambda: f"{stack.name}: {sum(seen)} objects compared, {time.monotonic() - begun:.0f} s"):
        work = stack.preview(report)
    for note in work.notes:
        click.echo(note)
    show(work.changes.values(), in_full=in_full)
    if work.changes:
        click.echo(counted(work.changes.values()))
    return bool(work.changes)


def _carried_out(operation: str, stack: Stack, command: CommandLine) -> None:
    """Have Pulumi do it and show how it goes on; ends the command where it does not come to its end."""
    from scalewright.automation.stack import InterruptedOperationError, UnfinishedError

    begun = time.monotonic()
    try:
        with _telling(command), Progress() as progress:
            run = stack.up if operation == "up" else stack.destroy
            work = run(lambda work: progress.report(list(work.steps.values())))
    except InterruptedOperationError as interrupted:
        _interrupted(interrupted.work, operation, stack.name)
    except UnfinishedError as unfinished:
        for trouble in unfinished.troubles:
            click.echo(f"scalewright: {trouble}", err=True)
        if unfinished.work.steps:
            click.echo(f"{_done(unfinished.work)} {_again(operation, stack.name, 'Mend it, then go on')}", err=True)
        sys.exit(1)
    is_ = "is up" if operation == "up" else "is down"
    click.echo(f"\n{stack.name} {is_}: {_numbers(work)} in {time.monotonic() - begun:.1f} s.")


def _interrupted(work: Work, operation: str, environment: str) -> NoReturn:
    told = f"{_done(work)} {_again(operation, environment, 'Go on')}" if work.steps else "Nothing was changed."
    click.echo(f"\nInterrupted. {told}", err=True)
    sys.exit(STATUS)


def _done(work: Work) -> str:
    """Tell by names what came to its end, and what did not."""
    ended = work.ended()
    parts = [f"{how}: {', '.join(names)}" for how, names in ended.items() if how not in {"failed", "unfinished"}]
    left = [*ended.get("failed", ()), *ended.get("unfinished", ())]
    lacking = f" Not done: {', '.join(left)}." if left else ""
    return f"Done until then, and kept in mind by Pulumi: {'; '.join(parts) or 'nothing'}.{lacking}"


def _again(operation: str, environment: str, how: str) -> str:
    other = "down" if operation == "up" else "up"
    return f"{how} with `{program()} {operation} {environment}`, or go back with `{program()} {other} {environment}`."


def _numbers(work: Work) -> str:
    return ", ".join(f"{len(names)} {how}" for how, names in work.ended().items()) or "nothing changed"


def _show_outputs(stack: Stack) -> None:
    outputs: Mapping[str, object] = stack.outputs()
    shown = {name: value for name, value in outputs.items() if value not in ("", [], None)}
    for name, value in shown.items():
        click.echo(f"  {name:<10} {', '.join(map(str, value)) if isinstance(value, list) else value}")
    look = f" | kubectl -n {shown['namespace']} get pods" if "namespace" in shown else ""
    click.echo(f"  next: {program()} drift {stack.name}{look} | {program()} down {stack.name}")


@contextmanager
def _telling(command: CommandLine) -> Iterator[None]:
    """Answer a Ctrl-C at once: what Pulumi is at may take a while."""

    def told(times: int) -> None:
        if times == 1:
            said = "Interrupting: what has been begun comes to its end first. Ctrl-C again cuts it off."
        else:
            said = "Cutting it off: what has been begun may be there without Pulumi's knowing."
        click.echo(said, err=True)

    command.on_interrupt = told
    try:
        yield
    finally:
        del command.on_interrupt


@contextmanager
def _interruptible(environment: str) -> Iterator[None]:
    """End on Ctrl-C before anything was changed."""
    from scalewright.automation.stack import InterruptedOperationError

    try:
        yield
    except (KeyboardInterrupt, InterruptedOperationError):
        click.echo(f"\nInterrupted. Nothing of {environment} was changed.", err=True)
        sys.exit(STATUS)
