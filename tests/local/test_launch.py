"""The launcher becomes the process of a record; each test runs it for real."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest
from tests.e2e.local.stack import eventually

from scalewright.local.supervisor import LAUNCH
from scalewright.plan.records import HeartbeatHealth, Process, SecretValue


class Launcher:
    """A state folder with one record."""

    def __init__(self, state: Path) -> None:
        self.state = state
        for name in ("run", "secrets", "data"):
            (state / name).mkdir(parents=True)
        (state / "secrets" / "redis").write_text("s3cret")

    def start(self, *command: str, **fields: Any) -> subprocess.Popen[str]:
        record = Process(name="it", noun="test", command=command, **{"directory": str(self.state), **fields})
        (self.state / "run" / "it.json").write_text(record.model_dump_json())
        arguments = [sys.executable, "-I", "-S", str(LAUNCH), str(self.state), str(self.state / "run" / "it.json")]
        return subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def output(self, *command: str, status: int = 0, **fields: Any) -> str:
        process = self.start(*command, **fields)
        output = process.communicate(timeout=30)[0]
        assert process.returncode == status, output
        return output


@pytest.fixture
def launcher(tmp_path: Path) -> Launcher:
    return Launcher(tmp_path / "state")


def test_it_becomes_the_command_with_the_same_pid(launcher: Launcher) -> None:
    process = launcher.start("sh", "-c", "echo $$")
    assert process.communicate(timeout=30)[0] == f"{process.pid}\n"


def test_the_environment_is_the_records_and_little_of_the_callers(
    launcher: Launcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not for you")
    environment = {"PLAIN": "a b", "KEY": SecretValue(secret="redis")}
    seen = dict(line.split("=", 1) for line in launcher.output("env", environment=environment).splitlines())
    assert seen["PLAIN"] == "a b"
    assert seen["KEY"] == "s3cret"
    assert seen["SCALEWRIGHT_STATE"] == str(launcher.state)
    assert "PATH" in seen
    assert "AWS_SECRET_ACCESS_KEY" not in seen


def test_files_are_written_with_their_secrets_and_those_with_a_secret_are_private(launcher: Launcher) -> None:
    launcher.output("true", files={"config/a.conf": "pass {{secret:redis}}\n"}, watched={"config/b/c.yml": "routes\n"})
    secret, plain = launcher.state / "config/a.conf", launcher.state / "config/b/c.yml"
    assert secret.read_text() == "pass s3cret\n"
    assert secret.stat().st_mode & 0o777 == 0o600
    assert plain.read_text() == "routes\n"


def test_every_start_is_counted_and_the_heartbeat_of_the_process_before_is_forgotten(launcher: Launcher) -> None:
    heartbeat = launcher.state / "run" / "it.heartbeat"
    heartbeat.touch()
    for _ in range(2):
        launcher.output("true", health=HeartbeatHealth(file=str(heartbeat)))
    assert not heartbeat.exists()
    assert len((launcher.state / "run" / "it.starts").read_text().splitlines()) == 2


def test_a_process_that_dies_again_and_again_is_started_later_each_time_and_then_no_more(launcher: Launcher) -> None:
    starts = launcher.state / "run" / "it.starts"
    now = time.time()
    starts.write_text("".join(f"{now - 5 * age}\n" for age in range(5)))
    begun = time.monotonic()
    launcher.output("true")
    assert time.monotonic() - begun >= 1
    starts.write_text("".join(f"{now - age}\n" for age in range(9)))
    assert "a crash loop: started 9 times in 60 s, not started again" in launcher.output("true", status=1)
    starts.write_text("".join(f"{now - 100 - age}\n" for age in range(9)))
    launcher.output("true")


def test_a_failed_preparation_is_a_failed_start_that_says_so(launcher: Launcher) -> None:
    output = launcher.output("echo", "started", prepare=("sh", "-c", "echo no disk; exit 3"), status=1)
    assert "no disk" in output
    assert "the preparation ended with status 3: sh -c" in output
    assert "started" not in output


def test_a_stop_during_the_preparation_ends_all_that_it_started(launcher: Launcher) -> None:
    marker = launcher.state / "child"
    process = launcher.start(
        "true", prepare=("sh", "-c", f"sleep 1000 & echo $! > '{marker}.new'; mv '{marker}.new' '{marker}'; wait")
    )
    eventually(marker.exists)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    assert process.returncode == 1
    sleeper = int(marker.read_text())
    eventually(lambda: not psutil.pid_exists(sleeper) or psutil.Process(sleeper).status() == psutil.STATUS_ZOMBIE)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process of its parent's death")
def test_it_is_stopped_by_the_kernel_when_its_parent_is_killed(launcher: Launcher) -> None:
    record = Process(name="it", noun="test", command=("sleep", "1000"), directory=str(launcher.state))
    path = launcher.state / "run" / "it.json"
    path.write_text(record.model_dump_json())
    script = (
        "import json, subprocess, sys, time\n"
        "child = subprocess.Popen(json.loads(sys.argv[1]))\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(1000)\n"
    )
    command = json.dumps([sys.executable, "-I", "-S", str(LAUNCH), str(launcher.state), str(path)])
    parent = subprocess.Popen([sys.executable, "-c", script, command], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = psutil.Process(int(parent.stdout.readline()))
    eventually(lambda: child.name() == "sleep")
    os.kill(parent.pid, signal.SIGKILL)
    parent.communicate(timeout=30)
    eventually(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)
