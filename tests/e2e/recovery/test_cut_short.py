"""`up` and `down` that are cut short at any moment: by kill -9, and by Ctrl-C."""

import os
import random
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator

import pytest
from tests.e2e.local.stack import Stack, eventually
from tests.e2e.recovery.commands import ends_well, kill, press_ctrl_c, reach, start
from tests.e2e.recovery.databases import assert_whole, databases_only, one_line

pytestmark = pytest.mark.e2e

#: What an `up` from nothing shows, each as it comes.
MOMENTS = [
    ("redis", "starting"),
    ("postgres", "starting"),
    ("postgres-replica-1", "starting"),
    ("migrations", "starting"),
    ("seed", "done"),
]
#: Seconds from the start of a command, which takes two or three.
DELAYS = [round(random.Random(seed).uniform(0.2, 2.5), 2) for seed in range(2)]  # noqa: S311 - not a secret
#: What is loaded before a command comes to work: libraries, and modules of its own.
MODULES = ["click", "pydantic", "scalewright.declaration.backend", "psutil"]


@pytest.fixture(scope="module")
def new(tmp_path_factory: pytest.TempPathFactory) -> Stack:
    """A project whose databases were never up, or are gone."""
    return databases_only(tmp_path_factory.mktemp("cut short") / "shop")


@pytest.fixture
def empty(new: Stack) -> Iterator[Stack]:
    """The same; whatever a test does, the next `up` is healthy and `down` leaves nothing."""
    yield new
    new.run("up")
    assert_whole(new)
    assert not list(new.folder.rglob(".*.[0-9]*"))  # of files that were half written
    new.run("down", "--delete-data", "--yes")
    assert not new.leftovers()
    assert not new.listening()


def kill_supervisor(stack: Stack) -> None:
    os.kill(int((stack.folder / "run" / "supervisor.pid").read_text()), signal.SIGKILL)


@pytest.mark.parametrize("moment", MOMENTS, ids=" ".join)
def test_an_up_that_is_killed_leaves_what_the_next_one_completes(empty: Stack, moment: tuple[str, str]) -> None:
    up = start(empty, "up")
    reach(up, *moment)
    kill(up)


@pytest.mark.parametrize("seconds", DELAYS)
def test_an_up_that_is_killed_between_leaves_what_the_next_one_completes(empty: Stack, seconds: float) -> None:
    up = start(empty, "up")
    time.sleep(seconds)
    kill(up)


@pytest.mark.parametrize(
    ("name", "times"), [("redis", 1), ("postgres", 2), ("postgres-replica-1", 1), ("migrations", 2)]
)
def test_ctrl_c_ends_an_up_with_one_line_and_leaves_nothing_running(empty: Stack, name: str, times: int) -> None:
    up = start(empty, "up")
    reach(up, name, "starting")
    press_ctrl_c(up, times)
    assert ends_well(up) == 130
    assert not empty.leftovers()


def test_a_supervisor_that_is_killed_while_up_is_at_work_ends_it_and_the_next_one_is_healthy(empty: Stack) -> None:
    up = start(empty, "up")
    reach(up, "postgres", "starting")
    kill_supervisor(empty)
    output, errors = up.communicate(timeout=170)
    assert up.returncode == 1
    assert "supervisor" in output + errors
    assert "Traceback" not in output + errors
    eventually(lambda: not empty.leftovers())


def test_a_supervisor_that_is_killed_while_down_is_at_work_leaves_nothing(databases: Stack) -> None:
    down = start(databases, "down")
    reach(down, "redis", "stopping")
    kill_supervisor(databases)
    output, errors = down.communicate(timeout=170)
    assert down.returncode in {0, 1}
    assert "Traceback" not in output + errors
    assert len(errors.splitlines()) == down.returncode
    assert "nothing was running" in databases.run("down")
    assert not databases.leftovers()
    databases.run("up")
    assert_whole(databases)


@pytest.mark.parametrize("module", MODULES)
def test_ctrl_c_while_a_command_is_loaded_ends_it_with_one_line(
    new: Stack, monkeypatch: pytest.MonkeyPatch, module: str
) -> None:
    monkeypatch.setenv("PYTHONPROFILEIMPORTTIME", "1")  # tells of each module as it is loaded
    up = start(new, "up")
    assert up.stderr is not None
    for line in up.stderr:
        if line.rpartition("|")[2].strip() == module:
            break
    press_ctrl_c(up)
    said = re.sub(r"^import time:.*\n", "", up.communicate(timeout=60)[1], flags=re.MULTILINE)
    assert up.returncode == 130
    assert one_line(said).startswith("scalewright: interrupted.")
    assert not new.leftovers()


@pytest.mark.parametrize(("name", "cut"), [("redis", kill), ("postgres", kill), ("postgres", press_ctrl_c)])
def test_a_down_that_is_cut_short_is_completed_by_the_next(
    databases: Stack, name: str, cut: Callable[[subprocess.Popen[str]], None]
) -> None:
    down = start(databases, "down")
    reach(down, name, "stopping")
    cut(down)
    if cut is press_ctrl_c:
        ends_well(down)
    databases.run("down")
    assert not databases.leftovers()
    assert not databases.listening()
    databases.run("up")
    assert_whole(databases)
