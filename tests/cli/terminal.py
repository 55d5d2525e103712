"""The command line on a terminal of its own, on which somebody answers."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import time
from select import select
from typing import TYPE_CHECKING

from tests.cli.command import SCALEWRIGHT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

#: Seconds for a command, and for its question.
PATIENCE = 300.0
QUESTION = "[y/N]"


def answer(given: str, *arguments: str, cwd: Path, environment: Mapping[str, str], status: int = 0) -> str:
    """Run a command, answer its question, and return all that the terminal showed, without colors."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*SCALEWRIGHT, *arguments], cwd=cwd, env=dict(environment), stdin=theirs, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    try:
        shown = _until(ours, QUESTION)
        os.write(ours, f"{given}\n".encode())
        shown += _until(ours, None)
        process.wait(timeout=PATIENCE)
    finally:
        process.kill()
        process.wait()
        os.close(ours)
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown).replace("\r\n", "\n")
    assert process.returncode == status, text
    return text


def _until(terminal: int, text: str | None) -> str:
    """Read until a text, or to the end."""
    shown, deadline = "", time.monotonic() + PATIENCE
    while text is None or text not in shown:
        assert time.monotonic() < deadline, shown
        if not select([terminal], [], [], 1.0)[0]:
            continue
        try:
            part = os.read(terminal, 4096)
        except OSError:  # the other end was closed: https://man7.org/linux/man-pages/man7/pty.7.html
            part = b""
        if not part:
            assert text is None, shown
            return shown
        shown += part.decode(errors="replace")
    return shown
