"""Who runs it: an ordinary user, root without user namespaces, and a user who comes after another."""

import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from tests.e2e.local.stack import Stack, eventually
from tests.e2e.recovery.databases import all_healthy, databases_only, one_line, products

from scalewright.declaration import Programs
from scalewright.local import programs
from scalewright.local.state import State

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else: run the tests as root"),
    pytest.mark.skipif(shutil.which("setpriv") is None, reason="needs setpriv: apt-get install util-linux"),
]

#: The shell between has lost what setpriv itself may still do.
NOBODY = ("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "sh", "-c", 'exec "$@"', "sh")


class Ordinary(Stack):
    """A stack whose commands an ordinary user runs."""

    python: Path

    def start(self, *arguments: str, **options: Any) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [*NOBODY, self.python, "-m", "scalewright", *arguments],
            cwd=self.project,
            env={**os.environ, "HOME": str(self.project)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **options,
        )


@pytest.fixture(scope="module")
def open_folder() -> Iterator[Path]:
    """A folder that others may enter."""
    folder = Path(tempfile.mkdtemp(prefix="scalewright-test-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def python(open_folder: Path) -> Path:
    """An interpreter that anyone may run, with the packages of this one."""
    own = f"python{sys.version_info.major}.{sys.version_info.minor}"
    bases = [os.path.realpath(sys.executable), f"/usr/bin/{own}"]
    usable = (base for base in bases if shutil.which(base) and runs(base, "-c", "import venv"))
    if (base := next(usable, None)) is not None:
        subprocess.run([base, "-m", "venv", "--without-pip", open_folder / "venv"], check=True)
        packages = open_folder / "venv" / "lib" / own / "site-packages"
        shared = sysconfig.get_path("purelib")
        (packages / "shared.pth").write_text(f"import site; site.addsitedir({shared!r})\n")
        if runs(open_folder / "venv" / "bin" / "python", "-c", "import scalewright.cli.main"):
            return open_folder / "venv" / "bin" / "python"
    pytest.skip(f"needs a {own}, and a checkout, that others may read")


def runs(*command: str | Path) -> bool:
    return subprocess.run([*NOBODY, *command], cwd="/", capture_output=True, check=False).returncode == 0


@pytest.fixture
def ordinary(open_folder: Path, python: Path) -> Iterator[Ordinary]:
    stack = Ordinary(open_folder / "shop")
    stack.python = python
    stack.edit(services=None, workers=None, gateway=None)
    give(stack)
    yield stack
    stack.run("down", "--delete-data", "--yes")
    assert not stack.leftovers()
    assert not stack.listening()


def give(stack: Stack) -> None:
    for path in (stack.project, *stack.project.rglob("*")):
        shutil.chown(path, "nobody", "nogroup")


def test_an_ordinary_user_runs_it_and_is_told_what_belongs_to_another(ordinary: Ordinary) -> None:
    State(ordinary.project, "local").create()  # as an `up` of root does
    said = one_line(ordinary.run("up", status=1))
    assert "Permission denied" in said
    assert "give yourself the " in said
    give(ordinary)
    ordinary.run("up")
    assert all_healthy(ordinary)
    assert products(ordinary) > 0
    owners = {psutil.Process(pid).username() for pid in ordinary.pids().values()}
    assert owners == {"nobody"}
    os.kill(int((ordinary.folder / "run" / "supervisor.pid").read_text()), signal.SIGKILL)
    eventually(lambda: not ordinary.leftovers())
    ordinary.run("up")
    assert all_healthy(ordinary)


@pytest.fixture
def private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that nobody else may enter, on a machine whose kernel forbids user namespaces."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "unshare").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "bin" / "unshare").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    tmp_path.chmod(0o700)
    return tmp_path


def assert_refused(stack: Stack, closed: Path) -> None:
    up = stack.start("up")
    said = up.communicate(timeout=60)[1]
    left = stack.leftovers()
    stack.run("down", "--delete-data", "--yes")
    assert up.returncode == 1
    assert f"this machine forbids user namespaces, and nobody may not use {closed}. " in one_line(said)
    assert "Run as an ordinary user, or move the project to a folder that others may enter" in said
    assert not left


def test_root_without_user_namespaces_is_told_of_a_project_that_nobody_may_enter(private: Path) -> None:
    stack = databases_only(private / "shop")
    assert_refused(stack, stack.folder / "data")


def test_root_without_user_namespaces_is_told_of_programs_that_nobody_may_run(private: Path, open_folder: Path) -> None:
    stack = databases_only(open_folder / "closed")
    found = programs.find(["postgres"], Programs(), stack.folder / "data")["postgres"]
    (private / "postgresql").symlink_to(found.path)
    stack.edit(programs={"postgres": str(private / "postgresql")})
    assert_refused(stack, private / "postgresql")
