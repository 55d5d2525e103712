"""Commands that are cut short, and what they leave."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.e2e.local.stack import Stack

#: How long a person takes to press the keys again.
AGAIN = 0.1


def start(stack: Stack, *arguments: str, **options: object) -> subprocess.Popen[str]:
    """Begin a command as a terminal does: in a process group of its own."""
    return stack.start(*arguments, process_group=0, **options)


def reach(command: subprocess.Popen[str], name: str, phase: str) -> None:
    """Wait until the progress of a command shows a process in a phase."""
    assert command.stdout is not None
    for line in command.stdout:
        if line.split()[:2] == [name, phase]:
            return
    raise AssertionError(f"it ended with {command.wait()} before {name} was {phase}: {command.stderr.read()}")  # type: ignore[union-attr]


def kill(command: subprocess.Popen[str]) -> None:
    """Kill a command by SIGKILL."""
    command.kill()
    command.communicate(timeout=60)


def press_ctrl_c(command: subprocess.Popen[str], times: int = 1) -> None:
    """Send what a terminal sends to all that runs in its foreground."""
    for number in range(times):
        if number:
            time.sleep(AGAIN)
        try:
            os.killpg(command.pid, signal.SIGINT)
        except ProcessLookupError:  # it ended upon the first
            return


def ends_well(command: subprocess.Popen[str]) -> int:
    """Wait for a command to end after Ctrl-C: with 130 and one line, or as if nothing had been. Returns its status."""
    _, errors = command.communicate(timeout=170)
    assert command.returncode in {0, 130}, errors
    assert len(errors.strip().splitlines()) == (command.returncode == 130), errors
    return command.returncode


@contextmanager
def running(command: subprocess.Popen[str]) -> Iterator[subprocess.Popen[str]]:
    """Let a command come to its end, and see that it ends well."""
    try:
        yield command
    finally:
        output, errors = command.communicate(timeout=170)
    assert command.returncode == 0, output + errors
