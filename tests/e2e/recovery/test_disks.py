"""A disk that is full, or that may not be written."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.e2e.local.stack import Stack
from tests.e2e.recovery.databases import assert_whole, databases_only, one_line

pytestmark = pytest.mark.e2e

SMALL, LARGE = "12m", "400m"


def mount(*arguments: str | Path) -> bool:
    return subprocess.run(["mount", *arguments], capture_output=True, check=False).returncode == 0


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A project whose state folder is a small disk of its own."""
    stack = databases_only(tmp_path_factory.mktemp("disk") / "shop")
    folder = stack.project / ".scalewright"
    folder.mkdir()
    if os.geteuid() != 0 or not mount("-t", "tmpfs", "-o", f"size={SMALL}", "tmpfs", folder):
        pytest.skip("needs to mount a small disk: run the tests as root of a machine that allows it")
    try:
        yield stack
        stack.run("down")
        assert not stack.leftovers()
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def resize(stack: Stack, size: str) -> None:
    assert mount("-o", f"remount,size={size}", stack.project / ".scalewright")


def fill(stack: Stack) -> Path:
    """Leave no byte free."""
    path = stack.project / ".scalewright" / "filler"
    with path.open("wb", buffering=0) as filler:
        try:
            while filler.write(bytes(65536)):
                pass
        except OSError:
            return path


def test_a_disk_on_which_the_database_has_no_room_is_named_and_up_succeeds_once_there_is(disk: Stack) -> None:
    output = disk.run("up", status=1)
    assert "Traceback" not in output
    assert "No space left on device" in output
    resize(disk, LARGE)
    disk.run("up")
    assert_whole(disk)


def test_a_disk_that_is_full_is_one_line_that_says_what_to_do_which_helps(disk: Stack) -> None:
    before = disk.pids()
    filler = fill(disk)
    said = one_line(disk.run("up", status=1))
    assert "No space left on device. Free space, then run the command again" in said
    assert disk.pids() == before
    disk.run("down")
    assert not disk.leftovers()
    filler.unlink()
    disk.run("up")
    assert_whole(disk)


def test_a_new_environment_on_a_full_disk_is_one_line_and_nothing_runs(disk: Stack) -> None:
    disk.run("down", "--delete-data", "--yes")
    filler = fill(disk)
    assert "No space left on device. Free space" in one_line(disk.run("up", status=1))
    assert not disk.leftovers()
    filler.unlink()
    disk.run("up")
    assert_whole(disk)


def test_a_disk_that_became_read_only_is_one_line_and_what_runs_is_left_alone(disk: Stack) -> None:
    before = disk.pids()
    folder = disk.project / ".scalewright"
    assert mount("--bind", folder, folder)
    try:
        assert mount("-o", "remount,ro,bind", folder)
        for command in ("up", "down"):
            assert "Read-only file system. Make it writable, then run" in one_line(disk.run(command, status=1))
        assert "0 changed" in disk.run("preview")
        assert disk.pids() == before
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)
    assert "nothing to change" in disk.run("up")
    assert disk.pids() == before


def test_a_read_only_disk_keeps_up_from_starting_with_one_line(disk: Stack) -> None:
    disk.run("down")
    assert mount("-o", "remount,ro", disk.project / ".scalewright")
    try:
        assert "Read-only file system. Make it writable" in one_line(disk.run("up", status=1))
        assert not disk.leftovers()
    finally:
        assert mount("-o", "remount,rw", disk.project / ".scalewright")
    disk.run("up")
    assert_whole(disk)
