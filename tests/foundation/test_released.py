"""make released and rollback: which commit worked is remembered in the stack, and goes back as a whole.

Pulumi keeps its tags in a file here, and what is deployed is the commit that was checked out then.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

PULUMI = """#!/bin/sh
case "$3" in
    set) echo "$5" >"$KEPT-$7" ;;
    get) cat "$KEPT-$6" 2>/dev/null ;;
esac
"""
ENGINE = """#!/bin/sh
[ -z "$FAILING" ] || { echo "scalewright: the cluster is away" >&2; exit 1; }
echo "$* of $(cat program)" >>"$KEPT-deployed"
"""


class Project:
    """A repository of two commits, of which the second is checked out."""

    def __init__(self, root: Path, folder: Path) -> None:
        self.folder, self.kept = folder / "a project", folder / "kept"
        programs = {"scripts/bootstrap": "#!/bin/sh\n", ".venv/bin/python": ENGINE, "../programs/pulumi": PULUMI}
        for name, text in programs.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            path.chmod(0o755)
        shutil.copy(root / "scripts/released", self.folder / "scripts/released")
        (self.folder / ".gitignore").write_text(".venv/\n")
        self.git("init", "--quiet", "--initial-branch=main")
        for program in ("first", "second"):
            (self.folder / "program").write_text(program)
            self.git("add", "--all")
            self.git("commit", "--quiet", "--message", program)

    def git(self, *arguments: str) -> str:
        who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com"]
        command = ["git", *who, *arguments]
        return subprocess.run(command, cwd=self.folder, check=True, capture_output=True, text=True).stdout.strip()

    def released(self, step: str, status: int = 0, environment: str = "prod", **variables: str) -> str:
        path = f"{self.folder.parent / 'programs'}{os.pathsep}{os.environ['PATH']}"
        done = subprocess.run(
            ["sh", "scripts/released", step, environment],
            cwd=self.folder,
            env={"PATH": path, "KEPT": str(self.kept), "HOME": str(self.folder), **variables},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout + done.stderr

    @property
    def deployed(self) -> str:
        path = self.kept.with_name("kept-deployed")
        return path.read_text() if path.exists() else ""


@pytest.fixture
def project(root: Path, tmp_path: Path) -> Project:
    return Project(root, tmp_path)


def mark_first(project: Project) -> None:
    project.git("checkout", "--quiet", "HEAD~1")
    project.released("mark")
    project.git("checkout", "--quiet", "main")


def test_what_worked_is_deployed_again_and_the_checkout_is_as_it_was(project: Project) -> None:
    mark_first(project)
    assert "its data was left as it is" in project.released("back")
    assert project.deployed == "-m scalewright up --yes prod of first\n"
    assert project.git("symbolic-ref", "--short", "HEAD") == "main"
    assert (project.folder / "program").read_text() == "second"


def test_each_environment_has_a_commit_of_its_own(project: Project) -> None:
    mark_first(project)
    assert "of stack dev no commit is known to work" in project.released("back", status=1, environment="dev")
    assert project.deployed == ""


def test_the_commit_that_is_checked_out_is_no_way_back(project: Project) -> None:
    project.released("mark")
    assert "nothing before it is known to work in prod" in project.released("back", status=1)
    assert project.deployed == ""


@pytest.mark.parametrize("step", ["mark", "back"])
def test_a_checkout_that_differs_from_its_commit_is_refused(project: Project, step: str) -> None:
    mark_first(project)
    (project.folder / "program").write_text("edited")
    assert "the checkout differs from its commit" in project.released(step, status=1)
    assert (project.folder / "program").read_text() == "edited"
    assert project.deployed == ""


def test_a_way_back_that_fails_says_so_and_leaves_the_checkout_as_it_was(project: Project) -> None:
    mark_first(project)
    assert "prod could not be put back" in project.released("back", status=1, FAILING="yes")
    assert project.git("symbolic-ref", "--short", "HEAD") == "main"
