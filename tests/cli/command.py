"""The command line as a user runs it, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
SCALEWRIGHT = (sys.executable, "-m", "scalewright")


def run(
    *arguments: str,
    cwd: Path = ROOT,
    status: int = 0,
    before: tuple[str, ...] = (),
    text: str | None = None,
    **environment: str,
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end.

    `before` is what starts it, `text` its input, and `environment` goes over that of the tests.
    """
    done = subprocess.run(
        [*before, *SCALEWRIGHT, *arguments],
        cwd=cwd,
        input=text,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == status, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done


def refuse(project: Path, *arguments: str, status: int = 1) -> str:
    """Run a command in a project that refuses what it is asked for, and return its last line."""
    return run(*arguments, cwd=project, status=status).stderr.splitlines()[-1]
