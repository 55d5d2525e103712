"""The stack of an environment: looked up or made, previewed, brought up, compared and taken down."""

from __future__ import annotations

import signal
import warnings
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from pulumi.automation import LocalWorkspace
from pulumi.automation import Stack as PulumiStack

from scalewright.automation.changes import name_of
from scalewright.automation.command import CommandFailedError, CommandLine
from scalewright.automation.troubles import is_missing, troubles
from scalewright.automation.work import Work
from scalewright.local.errors import PlatformError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pulumi.automation.events import EngineEvent

    Report = Callable[[Work], None]


class UnfinishedError(PlatformError):
    """An operation that did not come to its end; `work` is what it did."""

    def __init__(self, work: Work, *troubles: str) -> None:
        super().__init__(*troubles)
        self.work = work


class InterruptedOperationError(Exception):
    """An operation that somebody interrupted; `work` is what it did."""

    def __init__(self, work: Work) -> None:
        super().__init__("interrupted")
        self.work = work


class Begun(NamedTuple):
    """What an update had begun when it was killed, so that nobody knows if it is there."""

    name: str
    type: str
    operation: str


class Stack:
    """One stack. Raises PlatformError for all that hinders Pulumi, in words for a user."""

    def __init__(self, stack: PulumiStack) -> None:
        self._stack = stack
        self.name = stack.name

    def preview(self, report: Report) -> Work:
        """Return what `up` would change, of what really is there."""
        return self._run(lambda take: self._stack.preview(on_event=take, refresh=True), report)

    def up(self, report: Report) -> Work:
        """Bring the environment to its declaration. Raises UnfinishedError and InterruptedOperationError."""
        return self._run(lambda take: self._stack.up(on_event=take, refresh=True, show_secrets=False), report)

    def destroy(self, report: Report) -> Work:
        """Delete what is not to be kept. Raises UnfinishedError and InterruptedOperationError."""
        return self._run(lambda take: self._stack.destroy(on_event=take, refresh=True, show_secrets=False), report)

    def compare(self, report: Report) -> Work:
        """Return how what runs differs from what was last applied; changes nothing."""
        return self._run(lambda take: self._stack.preview_refresh(on_event=take), report, comparing=True)

    def outputs(self) -> dict[str, Any]:
        """Return what the stack exports; of a secret, that it is one."""
        with _worded(self.name):
            return {
                name: "[secret]" if output.secret else output.value for name, output in self._stack.outputs().items()
            }

    @property
    def resources(self) -> list[dict[str, Any]]:
        """What Pulumi held of objects when the stack was first asked."""
        held = self._held.get("resources") or ()
        return [one for one in held if one.get("custom") and not one["type"].startswith("pulumi:providers:")]

    @property
    def begun(self) -> list[Begun]:
        """What an update that was killed had begun."""
        pending = self._held.get("pending_operations") or ()
        return [Begun(name_of(one["resource"]["urn"]), one["resource"]["type"], one["type"]) for one in pending]

    def settle(self) -> None:
        """Forget what an update that was killed had begun: by now it is known whether it is there."""
        with _worded(self.name):
            self._stack.refresh(clear_pending_creates=True, show_secrets=False)

    @cached_property
    def _held(self) -> dict[str, Any]:
        with _worded(self.name):
            return dict(self._stack.export_stack().deployment or {})

    def _run(
        self, operation: Callable[[Callable[[EngineEvent], None]], object], report: Report, *, comparing: bool = False
    ) -> Work:
        kept = frozenset(one["urn"] for one in self.resources if one.get("retainOnDelete"))
        work, mistakes = Work(kept, comparing=comparing), list[Exception]()

        def take(event: EngineEvent) -> None:
            try:
                work.take(event)
                report(work)
            except Exception as error:
                mistakes.append(error)

        try:
            with warnings.catch_warnings():  # of the stream of an engine that was killed; that is told below
                warnings.filterwarnings("ignore", message="Error in event stream")
                operation(take)
        except KeyboardInterrupt as error:
            raise InterruptedOperationError(work) from error
        except CommandFailedError as failure:
            raise UnfinishedError(work, *_reasons(work, failure, self.name)) from failure
        if mistakes:
            raise mistakes[0]
        return work


def select(project: Path, environment: str, command: CommandLine) -> Stack | None:
    """Return the stack of an environment; None where there is none yet. Raises PlatformError."""
    workspace = LocalWorkspace(work_dir=str(project), pulumi_command=command)
    try:
        return Stack(PulumiStack.select(environment, workspace))
    except CommandFailedError as failure:
        if is_missing(failure.result.stderr):
            return None
        raise PlatformError(*troubles(failure.result.stderr, environment)) from failure


def make(project: Path, environment: str, command: CommandLine) -> Stack:
    """Make the stack of an environment, in the backend that the user is logged in to. Raises PlatformError."""
    workspace = LocalWorkspace(work_dir=str(project), pulumi_command=command)
    with _worded(environment):
        return Stack(PulumiStack.create(environment, workspace))


def _reasons(work: Work, failure: CommandFailedError, environment: str) -> tuple[str, ...]:
    """Return why an operation failed: what the engine told, else what the command line did before it ran."""
    if failure.result.code < 0:
        name = signal.strsignal(-failure.result.code) or f"signal {-failure.result.code}"
        return *work.errors, f"Pulumi itself was ended ({name}), and what it was at last is not written down"
    return tuple(work.errors) or troubles(failure.result.stderr, environment)


@contextmanager
def _worded(environment: str) -> Iterator[None]:
    try:
        yield
    except CommandFailedError as failure:
        raise PlatformError(*troubles(failure.result.stderr, environment)) from failure
