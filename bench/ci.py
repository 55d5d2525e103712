"""How long the review of a change takes in every environment that is shipped: git, imports, and both sides of each."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from bench import child
from bench.figure import Figure, Limit
from bench.project import Project

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bench.context import Bench

IDENTITY = ("-c", "user.name=bench", "-c", "user.email=bench@localhost", "-c", "commit.gpgsign=false")


def measure(bench: Bench) -> Iterator[Figure]:
    """Yield the time of a review of four environments, all of which change."""
    folder = bench.project.folder.with_name("change")
    change(Project(folder).folder)
    command = [sys.executable, "-m", "scalewright", "ci", "--base", "HEAD", "--html", "report.html"]
    took = [child.run(command, folder) for _ in range(bench.rounds)]
    checks = [child.run([sys.executable, "-m", "scalewright", "check", "prod"], folder) for _ in range(bench.rounds)]
    one_side = Figure("check prod, which is one side of one", tuple(one.seconds for one in checks))
    yield one_side
    detail = f"{took[0].cpu_seconds:.1f} s of processor time"
    seconds = tuple(one.seconds for one in took)
    yield Figure("ci over four environments that all change", seconds, limit=Limit(15), peer=one_side, detail=detail)


def change(folder: Path) -> None:
    """Have the project in a repository, and each of its environments changed since, for the better or the worse."""
    for command in (("init", "-q", "-b", "main"), ("add", "-A", "."), ("commit", "-q", "-m", "base")):
        subprocess.run(["git", *IDENTITY, *command], cwd=folder, check=True)
    declaration = folder / "stacks" / "backend.py"
    text = declaration.read_text()
    longer = text.replace('longest_task="30s"', 'longest_task="40s"')
    if longer == text:
        sys.exit(f"{declaration} says nothing of the longest task that could change")
    declaration.write_text(longer)
