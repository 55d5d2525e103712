import subprocess
from pathlib import Path

import psutil
import pytest

from scalewright.local import strays
from scalewright.local.ending import wait_ended
from scalewright.local.state import State


def test_what_carries_the_mark_of_a_state_folder_is_stopped_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = State(tmp_path, "ours"), State(tmp_path, "theirs")
    stubborn = ["sh", "-c", "trap '' TERM; echo ready; while :; do sleep 0.1; done"]
    started = [
        subprocess.Popen(command, env={"PATH": "/bin", strays.MARK: str(state.folder)}, stdout=subprocess.PIPE)
        for command, state in ((["sleep", "1000"], ours), (["sleep", "1000"], theirs), (stubborn, ours))
    ]
    sleeper, other, deaf = started
    try:
        assert deaf.stdout is not None
        deaf.stdout.readline()
        monkeypatch.setattr(strays, "GRACE", 1.0)
        stopped = strays.stop(ours)
        assert {f"(pid {sleeper.pid})", f"(pid {deaf.pid})"} <= {text.partition(" ")[2] for text in stopped}
        assert not wait_ended([psutil.Process(one.pid) for one in (sleeper, deaf)], 5)
        assert other.poll() is None
    finally:
        for one in started:
            one.kill()
            one.communicate()


def test_a_process_that_ended_and_was_not_reaped_counts_as_ended() -> None:
    child = subprocess.Popen(["true"])
    process = psutil.Process(child.pid)
    assert wait_ended([process], 10) == []
    assert child.wait() == 0


def test_those_that_do_not_end_in_time_are_returned() -> None:
    child = subprocess.Popen(["sleep", "1000"])
    try:
        assert [process.pid for process in wait_ended([psutil.Process(child.pid)], 0.05)] == [child.pid]
    finally:
        child.kill()
        child.wait()
