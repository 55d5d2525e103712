"""A project in a repository of its own, and previews of it."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from tests.cli.command import ROOT, run

if TYPE_CHECKING:
    from pathlib import Path

IDENTITY = ("-c", "user.name=Somebody", "-c", "user.email=somebody@example.com", "-c", "commit.gpgsign=false")


class Project:
    """The shipped declaration in a repository of its own, everything committed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.stacks = folder / "stacks"
        ignored = shutil.ignore_patterns("__pycache__", "addons", ".venv")
        shutil.copytree(ROOT / "stacks", self.stacks, ignore=ignored)
        if shutil.which("git") is None:
            pytest.skip("git is not here")
        self.git("init", "-q", "-b", "main")
        self.commit("first")

    def git(self, *arguments: str) -> str:
        return subprocess.check_output(["git", *IDENTITY, *arguments], cwd=self.folder, text=True).strip()

    def commit(self, message: str) -> str:
        self.git("add", "-A", ".")
        self.git("commit", "-q", "-m", message)
        return self.git("rev-parse", "--short=7", "HEAD")

    def edit(self, environment: str, *pairs: tuple[str, str]) -> None:
        """Change texts of an overlay."""
        file = self.stacks / f"Pulumi.{environment}.yaml"
        text = file.read_text()
        for before, after in pairs:
            assert text.count(before) == 1, before
            text = text.replace(before, after)
        file.write_text(text)

    def preview(self, *arguments: str, status: int = 0, **environment: str) -> str:
        """Run a preview; returns what it prints, or of one that fails what it says."""
        done = run("preview", *arguments, cwd=self.folder, status=status, **environment)
        return done.stdout if status == 0 else done.stderr

    def data(self, *arguments: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.preview(*arguments, "--json"))
        return found

    def render(self, environment: str, folder: str) -> None:
        run("render", environment, "-o", folder, cwd=self.folder)
