"""A small checkout with the real Makefile and bootstrap, on a path with a space, and Pythons for its PATH."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("python3", "python3.13", "python3.12", "python3.11")
INPUTS = ("requirements.lock", "pyproject.toml", "app/pyproject.toml")

#: Makes a .venv that holds itself and notes what pip is asked for, which fails while `<notes> fail` exists and lasts as
#: long as `<notes> hold` does; all questions are answered by the real Python.
FITTING = """#!/bin/sh
case "$*" in
    "-Im venv .venv") mkdir -p .venv/bin && cp "$0" .venv/bin/python && echo venv >>"{notes}" ;;
    "-Im pip --version") ;;
    "-Im pip install "*)
        echo pip >>"{notes}"
        while [ -e "{notes} hold" ]; do sleep 0.02; done
        [ ! -e "{notes} fail" ] || {{ echo "ERROR: no route to host" >&2; exit 1; }} ;;
    *) exec "{python}" "$@" ;;
esac
"""
PYTHONS = {
    "fitting": FITTING,
    "another": FITTING.replace('case "$*" in', 'case "$*" in\n    *sys.version.split*) echo "3.12.99 (another)" ;;'),
    "without venv": """#!/bin/sh
case "$*" in
    *ensurepip*) echo "ModuleNotFoundError: No module named 'ensurepip'" >&2; exit 1 ;;
    *) exec "{python}" "$@" ;;
esac
""",
    "old": """#!/bin/sh
case "$*" in
    *sys.exit*) exit 1 ;;
    *) echo "3.9.2 (default)" ;;
esac
""",
    "broken shim": """#!/bin/sh
echo "pyenv: $0: command not found" >&2
exit 127
""",
}


class Checkout:
    """A checkout to bootstrap: its folder, the programs on its PATH, and what its Python was asked to do."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "a path" / "main"
        self.programs = folder / "programs"
        self.notes = folder / "notes"
        self.hold = Path(f"{self.notes} hold")
        self.fail = Path(f"{self.notes} fail")
        self.stamp = self.folder / ".venv/.installed"
        self.environment = {"HOME": str(folder), "LC_ALL": "C"}
        self.programs.mkdir()
        for name in ("Makefile", "scripts/bootstrap"):
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, self.folder / name)
        (self.folder / "app").mkdir()
        for name in INPUTS:
            (self.folder / name).write_text(f"# {name}\n")

    def asked(self) -> list[str]:
        """Return what Python was asked for since the last call: `venv`, `pip`."""
        asked = self.notes.read_text().split() if self.notes.exists() else []
        self.notes.unlink(missing_ok=True)
        return asked

    def program(self, name: str, text: str) -> Path:
        """Put a program before all others on PATH."""
        path = self.programs / name
        path.write_text(text)
        path.chmod(0o755)
        return path

    def python(self, kind: str, name: str) -> Path:
        """Put a Python of some kind on PATH."""
        return self.program(name, PYTHONS[kind].format(notes=self.notes, python=sys.executable))

    def pythons(self, kind: str) -> None:
        """Let every name that bootstrap looks for be a Python of this kind."""
        for name in NAMES:
            self.python(kind, name)

    def start(self, **environment: str) -> subprocess.Popen[str]:
        """Start `make bootstrap` in a process group of its own."""
        path = {"PATH": f"{self.programs}{os.pathsep}{os.environ['PATH']}"}
        return subprocess.Popen(
            ["make", "bootstrap"],
            cwd=self.folder,
            env=path | self.environment | environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def bootstrap(self, **environment: str) -> tuple[int, list[str]]:
        """Run `make bootstrap`; returns its status and the lines it printed, without make's own."""
        with self.start(**environment) as process:
            output, _ = process.communicate(timeout=60)
        return process.returncode, [line for line in output.splitlines() if not line.startswith("make: ")]


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """A checkout that finds a fitting Python."""
    made = Checkout(tmp_path)
    made.pythons("fitting")
    return made


@pytest.fixture
def root() -> Path:
    """The project's own checkout."""
    return ROOT
