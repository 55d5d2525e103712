""".ci/run: lint, then the tests whatever lint said; fails if either did."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

MAKE = """#!/bin/sh
for target; do :; done
case "$target" in
    test) echo "== 3 passed in 0.01s =="; echo "CI=$CI" >&2; [ -z "$(cat)" ] || exit 3 ;;
esac
case " $FAILING " in *" $target "*) exit 2 ;; esac
"""


@pytest.fixture
def ci(root: Path, tmp_path: Path) -> Path:
    """A copy of the script, beside a make that fails the targets named in $FAILING."""
    shutil.copytree(root / ".ci", tmp_path / "a b/.ci")
    make = tmp_path / "programs/make"
    make.parent.mkdir()
    make.write_text(MAKE)
    make.chmod(0o755)
    return tmp_path / "a b/.ci/run"


def run(ci: Path, failing: str = "") -> subprocess.CompletedProcess[str]:
    """Run it, with something on standard input that nobody should read."""
    path = f"{ci.parents[2] / 'programs'}{os.pathsep}{os.environ['PATH']}"
    environment = os.environ | {"PATH": path, "FAILING": failing}
    return subprocess.run([ci], env=environment, input="y\n", capture_output=True, text=True, timeout=60, check=False)


def test_where_both_pass_the_summary_of_the_tests_comes_last(ci: Path) -> None:
    done = run(ci)
    assert done.returncode == 0
    assert done.stdout.splitlines()[-1] == "== 3 passed in 0.01s =="
    assert done.stderr == "CI=true\n"


@pytest.mark.parametrize(("failing", "named"), [("lint", "lint"), ("test", "test"), ("lint test", "lint test")])
def test_a_failure_is_named_and_the_tests_run_all_the_same(ci: Path, failing: str, named: str) -> None:
    done = run(ci, failing)
    assert done.returncode == 1
    assert done.stdout.splitlines()[-1] == "== 3 passed in 0.01s =="
    assert done.stderr.splitlines()[-1] == f"ci: failed: {named}"


def test_without_an_environment_nothing_else_is_tried(ci: Path) -> None:
    done = run(ci, "bootstrap")
    assert done.returncode != 0
    assert "passed" not in done.stdout
