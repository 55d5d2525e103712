"""A project in a temporary folder, its backend run by the command line as a user would."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import psycopg

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

ROOT = Path(__file__).parents[3]


class Stack:
    """The shop on free ports; `edit` changes its overlay."""

    def __init__(self, project: Path) -> None:
        self.project = project
        self.folder = project / ".scalewright" / "local"
        self.overlay = project / "stacks" / "Pulumi.local.yaml"
        shutil.copytree(ROOT / "stacks", project / "stacks", ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copytree(ROOT / "app", project / "app", ignore=shutil.ignore_patterns("__pycache__"))
        self.port = free_port()
        self.settings: dict[str, Any] = {
            "platform": "local",
            "postgres": {"seed": "shop.products.seed"},
            "gateway": {"port": self.port, "rate_limit": None},
            "workers": {"orders": {"longest_task": "2s"}},
        }
        self.edit()

    def edit(self, **parts: Any) -> None:
        """Change parts of the overlay; a part is replaced as a whole."""
        self.settings |= parts
        self.overlay.write_text(json.dumps({"config": {"scalewright:backend": self.settings}}))

    def start(self, *arguments: str, **options: Any) -> subprocess.Popen[str]:
        """Begin a command of the command line."""
        return subprocess.Popen(
            [sys.executable, "-m", "scalewright", *arguments],
            cwd=self.project,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **options,
        )

    def run(self, *arguments: str, status: int = 0) -> str:
        """Run a command to its end, and return what it printed on both streams."""
        process = self.start(*arguments)
        output, errors = process.communicate(timeout=170)
        assert process.returncode == status, f"{arguments} ended with {process.returncode}:\n{output}{errors}"
        return output + errors

    def status(self) -> dict[str, Any]:
        """Ask for the status as data."""
        process = self.start("status", "--json")
        answer: dict[str, Any] = json.loads(process.communicate(timeout=60)[0])
        return answer

    def pids(self) -> dict[str, int]:
        """Return the pid of each process by name."""
        return {process["name"]: process["pid"] for process in self.status()["processes"]}

    def kill(self, name: str) -> None:
        """Kill one process by SIGKILL."""
        os.kill(self.pids()[name], signal.SIGKILL)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def saved_ports(self) -> dict[str, int]:
        """The inner ports by name; none before the first `up`."""
        if not self.folder.exists():
            return {}
        ports: dict[str, int] = json.loads((self.folder / "state.json").read_text())["ports"]
        return ports

    def post(self, client: httpx.Client, user: int = 1, product: int = 1, quantity: int = 1) -> httpx.Response:
        """Send one order."""
        body = {"user_id": user, "product_id": product, "quantity": quantity}
        return client.post(f"{self.url}/orders", json=body)

    def query(self, server: str, statement: str, *parameters: object) -> list[tuple[Any, ...]]:
        """Ask one database server directly."""
        with psycopg.connect(
            host="127.0.0.1",
            port=self.saved_ports[server],
            user="shop",
            dbname="shop",
            password=(self.folder / "secrets" / "postgres-owner").read_text(),
        ) as connection:
            return connection.execute(statement, parameters).fetchall()

    def leftovers(self) -> list[psutil.Process]:
        """Return the processes which belong to this project and still run."""
        return [one for one in psutil.process_iter() if _belongs(one, str(self.project))]

    def listening(self) -> list[int]:
        """Return the ports of this project that still accept connections."""
        return [port for port in (self.port, *self.saved_ports.values()) if _accepts(port)]


def _belongs(process: psutil.Process, folder: str) -> bool:
    try:
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        return folder in " ".join(process.cmdline()) or process.environ().get("SCALEWRIGHT_STATE", "").startswith(
            folder
        )
    except psutil.Error:
        return False


def _accepts(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def free_port() -> int:
    """Return a port on which nobody listens now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def eventually(condition: Callable[[], object], within: float = 30.0) -> None:
    """Wait until a condition holds; fails with its source where it does not."""
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, f"not so within {within} s: {condition}"
        time.sleep(0.05)


def lines(output: str, name: str) -> str:
    """Return what a progress printed of one process."""
    return "\n".join(re.findall(rf"^{name}\b.*$", output, re.MULTILINE))
