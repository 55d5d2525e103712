"""A clock that jumps: what was noted before lies in the future, or long ago."""

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


#: Python imports a module of this name at each start; the clock of what it runs is off by what a file says.
OFF = """
import time

def off(real=time.time):
    with open({clock!r}) as seconds:
        return real() + float(seconds.read())

time.time = off
"""


@pytest.mark.parametrize("jump", [HOUR, -HOUR])
def test_a_supervisor_whose_clock_jumps_goes_on_looking_after_all(
    smallest: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jump: int
) -> None:
    clock = tmp_path / "clock"
    clock.write_text("0")
    (tmp_path / "sitecustomize.py").write_text(OFF.format(clock=str(clock)))
    smallest.run("down")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    smallest.run("up")
    before = smallest.pids()["redis"]
    clock.write_text(str(jump))
    (shown,) = smallest.status()["processes"]
    assert shown["state"] == "healthy"
    assert 0 <= shown["uptime"] < 2 * HOUR
    assert (shown["uptime"] >= HOUR) == (jump > 0)  # else the clock did not jump for those who are asked
    assert "nothing to change" in smallest.run("up")
    smallest.kill("redis")
    eventually(lambda: restarted(smallest, before))
    smallest.run("down")
    assert not smallest.leftovers()
