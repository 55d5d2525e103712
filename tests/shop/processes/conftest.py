"""The processes of the platform's contract, started by its commands."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

APP = Path(__file__).parents[3] / "app"

Eventually = Callable[..., Any]


class Processes:
    """Starts the contract's commands, and ends what a test left running."""

    def __init__(self, folder: Path, environment: dict[str, str], eventually: Eventually) -> None:
        self.folder, self._environment, self._eventually = folder, environment, eventually
        self._running: list[subprocess.Popen[bytes]] = []

    def start(self, name: str, *command: str, **variables: str) -> subprocess.Popen[bytes]:
        """Start `python -m <command>`; its output goes to `log(name)`."""
        environment = {**os.environ, **self._environment, "INSTANCE_NAME": name, **variables}
        with self.log(name).open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", *command], cwd=APP, env=environment, stdout=log, stderr=log
            )
        self._running.append(process)
        return process

    def relay(self, **variables: str) -> subprocess.Popen[bytes]:
        return self._start_healthy("orders-relay", "shop.orders.relay", **variables)

    def worker(self, number: int = 1, concurrency: int = 2, **variables: str) -> subprocess.Popen[bytes]:
        name = f"orders-worker-{number}"
        options = ["-Q", "orders", "-c", str(concurrency), "-n", f"{name}@%h", "--disable-prefetch"]
        options += ["--without-gossip", "--without-mingle", "--loglevel", "INFO"]
        return self._start_healthy(name, "celery", "-A", "shop.worker:celery", "worker", *options, **variables)

    def service(self, port: int, *, workers: int = 1, **variables: str) -> tuple[subprocess.Popen[bytes], str]:
        """Start a replica of the API; return it with its URL when it is ready."""
        options = ["--host", "127.0.0.1", "--port", str(port), "--workers", str(workers), "--no-access-log"]
        options += ["--no-server-header", "--timeout-graceful-shutdown", "30", "--loop", "uvloop"]
        process = self.start(
            "orders-1", "uvicorn", "shop.orders.main:app", *options, "--http", "httptools", **variables
        )
        url = f"http://127.0.0.1:{port}"
        self._eventually(lambda: httpx.get(f"{url}/readyz").is_success)
        return process, url

    def _start_healthy(self, name: str, *command: str, **variables: str) -> subprocess.Popen[bytes]:
        """Start a process without a port, and wait for its health file."""
        health = self.folder / f"{name}.{len(self._running)}.health"
        process = self.start(name, *command, HEALTH_FILE=str(health), **variables)
        self._eventually(lambda: health.exists() or process.poll() is not None)
        assert process.poll() is None, self.log(name).read_text()
        return process

    def log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def kill_all(self) -> None:
        for process in self._running:
            if process.poll() is None:
                for child in psutil.Process(process.pid).children(recursive=True):
                    child.kill()
                process.kill()
                process.wait()


@pytest.fixture
def processes(tmp_path: Path, environment: dict[str, str], eventually: Eventually) -> Iterator[Processes]:
    running = Processes(tmp_path, environment, eventually)
    yield running
    running.kill_all()
