"""Pulumi's command line as it is found; a script stands in for it where the point is what we say to its version."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from scalewright.automation import command
from scalewright.automation.command import CommandFailedError
from scalewright.local.errors import PlatformError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def nothing_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Have a home and a PATH without Pulumi."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}/usr/bin{os.pathsep}/bin")


def stand_in(folder: Path, script: str) -> Path:
    """Make an executable `pulumi`."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "pulumi"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def test_where_there_is_none_none_is_found() -> None:
    assert command.find() is None


def test_it_is_found_on_path_before_where_its_installers_put_it(tmp_path: Path) -> None:
    stand_in(tmp_path / "home" / ".pulumi" / "bin", "echo v3.200.0")
    found = command.find()
    assert found is not None
    assert (str(found.version), found.command) == ("3.200.0", str(tmp_path / "home" / ".pulumi" / "bin" / "pulumi"))
    ours = stand_in(tmp_path / "home" / ".pulumi" / "versions" / command.sdk() / "bin", "echo v3.210.0")
    found = command.find()
    assert found is not None
    assert found.command == str(ours)
    stand_in(tmp_path / "bin", "echo v3.220.0")
    found = command.find()
    assert found is not None
    assert str(found.version) == "3.220.0"


@pytest.mark.parametrize(
    ("script", "told"),
    [
        (
            "echo v3.185.0",
            "Pulumi 3.185.0 at {} is too old for Pulumi.yaml, which needs 3.186.0 (",
        ),
        ("echo v4.0.0", "Pulumi 4.0.0 at {} is another major version than its SDK here, "),
        ("echo hello", "{} tells no version of Pulumi. Install it as https://"),
        ("exit 3", "{} does not tell its version: it ended with status 3. Install it as https://"),
    ],
    ids=["too old", "another major", "no version", "broken"],
)
def test_one_that_cannot_be_used_is_one_sentence_with_the_remedy(script: str, told: str, tmp_path: Path) -> None:
    path = stand_in(tmp_path / "bin", script)
    with pytest.raises(PlatformError) as caught:
        command.find()
    [line] = caught.value.troubles
    assert line.startswith(told.format(path))
    assert command.MANUAL in line


def test_a_failure_is_raised_with_all_that_was_said(tmp_path: Path) -> None:
    stand_in(tmp_path / "bin", 'if [ "$1" = version ]; then echo v3.200.0; else echo "$@"; echo no >&2; exit 7; fi')
    found = command.find()
    assert found is not None
    with pytest.raises(CommandFailedError) as caught:
        found.run(["stack", "ls"], str(tmp_path), {})
    result = caught.value.result
    assert (result.code, result.stdout, result.stderr) == (7, "--non-interactive stack ls", "no")


def test_an_interruption_is_handed_on_and_waited_for(tmp_path: Path) -> None:
    last = "trap 'echo ended; exit 1' INT; echo begun >&2; for _ in $(seq 600); do sleep 0.1; done"
    stand_in(tmp_path / "bin", f'if [ "$1" = version ]; then echo v3.200.0; else {last}; fi')
    program = (
        "import sys\n"
        "from scalewright.automation import command\n"
        "found = command.find()\n"
        "found.on_interrupt = lambda times: print('told', times)\n"
        "try:\n"
        "    found.run(['up'], '.', {}, print, lambda line: print(line, flush=True))\n"
        "except KeyboardInterrupt:\n"
        "    print('interrupted')\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        process.send_signal(signal.SIGINT)
        try:
            assert process.communicate(timeout=30)[0].splitlines() == ["told 1", "ended", "interrupted"]
        finally:
            process.kill()
