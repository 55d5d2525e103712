"""A clock that jumps: what was noted before lies in the future, or long ago."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.e2e.local.stack import Stack, eventually
from tests.e2e.recovery.databases import all_healthy, redis_only

pytestmark = pytest.mark.e2e

HOUR = 3600


@pytest.fixture(scope="module")
def smallest(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    stack = redis_only(tmp_path_factory.mktemp("clock") / "shop")
    yield stack
    stack.run("down", "--delete-data", "--yes")
    assert not stack.leftovers()


def restarted(stack: Stack, before: int) -> bool:
    return all_healthy(stack) and stack.pids()["redis"] != before


@pytest.mark.parametrize("jump", [HOUR, -HOUR])
def test_starts_that_were_noted_before_the_clock_jumped_are_no_crash_loop(smallest: Stack, jump: int) -> None:
    smallest.run("up")
    before = smallest.pids()["redis"]
    starts = smallest.folder / "run" / "redis.starts"
    starts.write_text(f"{time.time() + jump:.3f}\n" * 20)
    smallest.kill("redis")
    eventually(lambda: restarted(smallest, before))


def test_many_starts_of_late_are_a_crash_loop_which_the_next_up_ends(smallest: Stack) -> None:
    smallest.run("up")
    starts = smallest.folder / "run" / "redis.starts"
    starts.write_text(f"{time.time():.3f}\n" * 20)
    smallest.kill("redis")
    eventually(lambda: smallest.status()["processes"][0]["state"] == "failed", within=60)
    smallest.run("up")
    assert all_healthy(smallest)


@pytest.mark.parametrize("jump", [HOUR, -HOUR])
def test_a_supervisor_whose_clock_jumps_goes_on_looking_after_all(
    smallest: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jump: int
) -> None:
    library = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)
    if library is None:
        pytest.skip("needs a clock of its own: apt-get install libfaketime")
    clock = tmp_path / "clock"
    clock.write_text("+0\n")
    smallest.run("down")
    for name, value in {
        "LD_PRELOAD": str(library),
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }.items():
        monkeypatch.setenv(name, value)
    smallest.run("up")
    before = smallest.pids()["redis"]
    clock.write_text(f"{jump:+d}\n")
    (shown,) = smallest.status()["processes"]
    assert shown["state"] == "healthy"
    assert shown["uptime"] >= 0
    assert "nothing to change" in smallest.run("up")
    smallest.kill("redis")
    eventually(lambda: restarted(smallest, before))
    smallest.run("down")
    assert not smallest.leftovers()
    assert os.environ["LD_PRELOAD"]
