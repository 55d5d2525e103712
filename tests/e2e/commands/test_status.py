"""`scalewright status --watch` on a stack that runs."""

import json
import os
import pty
import signal
import subprocess
import sys

import pytest
from tests.e2e.local.stack import Stack

pytestmark = pytest.mark.e2e


def test_a_watched_status_is_one_json_document_a_line_until_ctrl_c(stack: Stack) -> None:
    watching = stack.start("status", "--watch", "--json")
    assert watching.stdout is not None
    answers = [json.loads(watching.stdout.readline()) for _ in range(3)]
    watching.send_signal(signal.SIGINT)
    watching.communicate(timeout=60)  # closes the pipes too
    assert watching.returncode == 0
    assert {process["state"] for answer in answers for process in answer["processes"]} == {"healthy"}
    uptimes = [answer["processes"][0]["uptime"] for answer in answers]
    assert uptimes == sorted(set(uptimes))


def test_on_a_terminal_the_table_is_redrawn_in_its_place(stack: Stack) -> None:
    ours, theirs = pty.openpty()
    watching = subprocess.Popen(
        [sys.executable, "-m", "scalewright", "status", "--watch"],
        cwd=stack.project,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm"},
    )
    os.close(theirs)
    shown = b""
    while shown.count(b"RESTARTS") < 3:
        shown += os.read(ours, 4096)
    watching.send_signal(signal.SIGINT)
    assert watching.wait(timeout=60) == 0
    os.close(ours)
    up_and_erased = b"\x1b[1A\x1b[2K"
    assert shown.split(b"RESTARTS")[1].count(up_and_erased) >= len(stack.pids())


def test_without_a_terminal_one_table_follows_the_other(stack: Stack) -> None:
    watching = stack.start("status", "--watch")
    assert watching.stdout is not None
    tables = 0
    while tables < 2:
        tables += watching.stdout.readline().startswith("NAME ")
    watching.send_signal(signal.SIGINT)
    rest, errors = watching.communicate(timeout=60)
    assert (watching.returncode, errors) == (0, "")
    assert "\x1b" not in rest
