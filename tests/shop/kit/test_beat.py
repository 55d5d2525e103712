"""Celery beat, started by the platform's command."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

APP = Path(__file__).parents[3] / "app"


@pytest.fixture
def beat(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    password = tmp_path / "password"
    password.write_text("s3cret")
    environment = {
        **os.environ,
        "DATABASE_URL": "postgresql://shop@127.0.0.1:1/shop",
        "DATABASE_PASSWORD_FILE": str(password),
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "REDIS_PASSWORD_FILE": str(password),
        "VISIBILITY_TIMEOUT": "60",
        "HEALTH_FILE": str(tmp_path / "health"),
    }
    command = ["celery", "-A", "shop.worker:celery", "beat", "--schedule", str(tmp_path / "schedule"), "--pidfile", ""]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen([sys.executable, "-m", *command], cwd=APP, env=environment, stdout=log, stderr=log)
    yield process
    if process.poll() is None:
        process.kill()
    process.wait(30)


def test_it_touches_the_health_file_while_it_ticks_and_no_longer_when_it_is_stopped(
    beat: subprocess.Popen[bytes], tmp_path: Path, eventually: Callable[..., Any]
) -> None:
    health = tmp_path / "health"
    eventually(lambda: health.exists() or beat.poll() is not None)
    assert beat.poll() is None, (tmp_path / "log").read_text()
    first = health.stat().st_mtime
    eventually(lambda: health.stat().st_mtime > first)
    beat.send_signal(signal.SIGTERM)
    assert beat.wait(30) == 0
    assert {path.name.partition(".")[0] for path in tmp_path.iterdir()} <= {"health", "log", "password", "schedule"}
