"""Pulumi's command line: where it is, whether it is new enough, and its end on Ctrl-C."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from contextlib import contextmanager
from importlib.metadata import version as installed
from pathlib import Path
from threading import Thread
from typing import IO, TYPE_CHECKING
from urllib.error import URLError

from pulumi.automation import CommandError, CommandResult, PulumiCommand
from semver import VersionInfo

from scalewright.local.errors import PlatformError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from types import FrameType

#: What our Pulumi.yaml needs: `stackConfigDir` came with 3.27.0, settings of `type: object` with 3.186.0; what is older
#: refuses the file. https://github.com/pulumi/pulumi/blob/master/CHANGELOG.md
MINIMUM = VersionInfo(3, 186, 0)
MANUAL = "https://www.pulumi.com/docs/iac/download-install/"
#: What ends us, and what Pulumi is told then: it lets come to an end what it is at, the second time it does not.
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class CommandFailedError(CommandError):
    """A command that ended with another status than 0."""

    def __init__(self, result: CommandResult) -> None:
        super().__init__(result)
        self.result = result


class CommandLine(PulumiCommand):
    """Pulumi's command line, each command in a session of its own.

    So Ctrl-C reaches us alone, who hand it on and wait until Pulumi has written down what it did. `on_interrupt` is
    called with how often that was.
    """

    on_interrupt: Callable[[int], None] = staticmethod(lambda times: None)

    def run(
        self,
        args: list[str],
        cwd: str,
        additional_env: Mapping[str, str],
        on_output: Callable[[str], object] | None = None,
        on_error: Callable[[str], object] | None = None,
    ) -> CommandResult:
        """Run a command to its end. Raises CommandFailedError, and KeyboardInterrupt for one that was interrupted."""
        with (
            _handing_on(self._interrupted) as interruption,
            subprocess.Popen(
                [self.command, "--non-interactive", *args],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=cwd,
                env=self._environment(additional_env),
                encoding="utf-8",
                errors="replace",
                start_new_session=True,
            ) as process,
        ):
            interruption.begin(process)
            output, errors = _Reader(process.stdout, on_output), _Reader(process.stderr, on_error)
            result = CommandResult(output.text(), errors.text(), process.wait())
        if interruption.times and (result.code or args[0] not in {"up", "destroy"}):
            raise KeyboardInterrupt
        if result.code:
            raise CommandFailedError(result)
        return result

    def _interrupted(self, times: int) -> None:
        self.on_interrupt(times)

    def _environment(self, added: Mapping[str, str]) -> dict[str, str]:
        """Return the environment of a command, in which the plugins that came with Pulumi are found first."""
        folder = [str(Path(self.command).parent)] if os.path.isabs(self.command) else []
        path = os.pathsep.join([*folder, os.environ.get("PATH", os.defpath)])
        return {**os.environ, **added, "PATH": path, "PULUMI_AUTOMATION_API": "true"}


class _Reader(Thread):
    """Reads what a command writes, line by line."""

    def __init__(self, stream: IO[str] | None, told: Callable[[str], object] | None) -> None:
        super().__init__(daemon=True)
        self._stream, self._told, self._lines = stream, told, list[str]()
        self.start()

    def run(self) -> None:
        """Read to the end."""
        for line in self._stream or ():
            self._lines.append(line.rstrip())
            if self._told:
                self._told(self._lines[-1])

    def text(self) -> str:
        """Return all of it, once it has ended."""
        self.join()
        return "\n".join(self._lines)


class _Interruption:
    """How often somebody wanted an end, and who is told."""

    def __init__(self, told: Callable[[int], None]) -> None:
        self.times = 0
        self._told = told
        self._process: subprocess.Popen[str] | None = None

    def begin(self, process: subprocess.Popen[str]) -> None:
        """Hand on to a process, also what came before it was there."""
        self._process = process
        if self.times:
            process.send_signal(signal.SIGINT)

    def take(self, _number: int, _frame: FrameType | None) -> None:
        """Hand a signal on."""
        self.times += 1
        if self._process:
            self._process.send_signal(signal.SIGINT)
        self._told(self.times)


@contextmanager
def _handing_on(told: Callable[[int], None]) -> Iterator[_Interruption]:
    interruption = _Interruption(told)
    before = {one: signal.signal(one, interruption.take) for one in ENDING}
    try:
        yield interruption
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def find() -> CommandLine | None:
    """Return what is on PATH, else what Pulumi's installers put into the home folder; None where there is neither.

    Raises PlatformError for one that does not run, or whose version is not one that we can use.
    """
    if on_path := shutil.which("pulumi"):
        return _checked(None, on_path)
    for root in (_own(), Path.home() / ".pulumi"):
        if (root / "bin" / "pulumi").exists():
            return _checked(str(root), str(root / "bin" / "pulumi"))
    return None


def install() -> CommandLine:
    """Have Pulumi's own installer put the version of the SDK into the home folder. Raises PlatformError."""
    root = _own()
    try:
        PulumiCommand.install(root=str(root))
    except (URLError, OSError) as error:
        reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or error
        raise PlatformError(f"Pulumi's installer cannot be downloaded: {reason}. {how()}") from error
    except subprocess.CalledProcessError as error:
        last = (error.output or b"").decode(errors="replace").strip().splitlines()[-1:]
        raise PlatformError(f"Pulumi's installer failed: {''.join(last) or error}. {how()}") from error
    return _checked(str(root), str(root / "bin" / "pulumi"))


def how() -> str:
    """Return how one comes by Pulumi's command line."""
    return f"Install it as {MANUAL} tells, and have it on PATH"


def sdk() -> str:
    """Return the version of the SDK, which is that of the command line that is installed with it."""
    return installed("pulumi")


def _own() -> Path:
    """Return where the SDK has its own version installed."""
    return Path.home() / ".pulumi" / "versions" / sdk()


def _checked(root: str | None, where: str) -> CommandLine:
    try:
        command = CommandLine(root=root, skip_version_check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        reason = error.strerror if isinstance(error, OSError) else f"it ended with status {error.returncode}"
        raise PlatformError(f"{where} does not tell its version: {reason}. {how()}") from error
    if command.version is None:
        raise PlatformError(f"{where} tells no version of Pulumi. {how()}")
    if command.version < MINIMUM:
        raise PlatformError(
            f"Pulumi {command.version} at {where} is too old for Pulumi.yaml, which needs {MINIMUM} (`stackConfigDir`, "
            f"and settings of `type: object`). Install a newer one: {MANUAL}"
        )
    if command.version.major != MINIMUM.major:
        raise PlatformError(
            f"Pulumi {command.version} at {where} is another major version than its SDK here, {sdk()}. "
            f"Install one of {MINIMUM.major}.x: {MANUAL}"
        )
    return command
