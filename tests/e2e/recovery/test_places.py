"""A project that is moved, or copied, with its data."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.e2e.local.stack import Stack
from tests.e2e.recovery.databases import assert_whole, at, databases_only

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder for projects, of which none is left running."""
    folder = tmp_path_factory.mktemp("places")
    yield folder
    for project in folder.iterdir():
        down = [sys.executable, "-m", "scalewright", "-C", project, "down"]
        subprocess.run(down, check=True, stdout=subprocess.DEVNULL)


def assert_nothing_of(stack: Stack) -> None:
    assert not stack.leftovers()
    assert not stack.listening()


def test_a_project_that_is_moved_or_copied_keeps_its_data_and_leaves_nothing_behind(place: Path) -> None:
    first = databases_only(place / "first")
    first.run("up")
    first.run("down")
    second = at(first, first.project.rename(place / "second"))
    second.run("up")
    assert_whole(second)
    assert not first.leftovers()
    assert not first.project.exists()

    # While it runs: what was started for the old place ends, and the new one is served.
    third = at(second, second.project.rename(place / "third"))
    third.run("up")
    assert_whole(third)
    assert not second.leftovers()
    assert not second.project.exists()

    # A copy of what runs: both go on, each with its own.
    fourth = at(third, Path(shutil.copytree(third.project, place / "fourth", ignore=shutil.ignore_patterns("*.sock"))))
    before = third.pids()
    assert "is not running" in fourth.run("status", status=3)
    fourth.run("up")
    assert_whole(fourth)
    assert third.pids() == before
    assert_whole(third)
    assert not set(fourth.saved_ports.values()) & set(third.saved_ports.values())
    fourth.run("down")
    assert_nothing_of(fourth)
    assert_whole(third)
    third.run("down")
    assert_nothing_of(third)
