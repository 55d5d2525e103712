"""make smoke: says that a backend works only while an order goes all the way through it."""

import os
import signal
import subprocess
import sys

import pytest
from tests.e2e.local.stack import ROOT, Stack

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]


def smoke(stack: Stack, *arguments: str, status: int = 0) -> str:
    command = [sys.executable, str(ROOT / "scripts/smoke.py"), "local", *arguments]
    done = subprocess.run(command, cwd=stack.project, capture_output=True, text=True, timeout=170, check=False)
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_an_order_that_is_completed_is_what_it_takes(stack: Stack) -> None:
    said = smoke(stack)
    assert said.count("/readyz answers 200") == 2
    assert f"{stack.url.replace('127.0.0.1', 'localhost')}/products/1 answers 200" in said
    assert said.endswith("smoke: local works\n")
    assert stack.query("postgres", "SELECT status FROM orders") == [("completed",)]


def test_without_a_worker_it_does_not_work(stack: Stack) -> None:
    worker = stack.pids()["orders-worker-1"]
    os.kill(worker, signal.SIGSTOP)
    try:
        said = smoke(stack, "--patience", "2", status=1)
    finally:
        os.kill(worker, signal.SIGCONT)
    assert "local does not work: no worker completes it" in said
    assert '"status": "pending"' in said


def test_it_places_no_order_where_it_must_not(stack: Stack) -> None:
    before = stack.query("postgres", "SELECT count(*) FROM orders")
    assert smoke(stack, "--read-only").endswith("smoke: local works\n")
    assert stack.query("postgres", "SELECT count(*) FROM orders") == before


def test_an_address_where_nobody_answers_is_told(stack: Stack) -> None:
    assert "Connection refused" in smoke(stack, "http://127.0.0.1:1", "--patience", "0.5", status=1)
    assert "it must begin with http:// or https://" in smoke(stack, "file:///etc/hosts", status=2)


def test_what_does_not_run_is_told_with_what_brings_it_up(project: Stack) -> None:
    assert "local is not running. Bring it up: make up ENV=local" in smoke(project, status=1)
