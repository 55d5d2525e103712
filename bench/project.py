"""A copy of the shop that no other run disturbs."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


class Project:
    """The project's declaration and application in another folder, with a gateway port of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for part in ("stacks", "app"):
            shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
        self.port = free_port()
        (folder / "stacks/Pulumi.local.yaml").write_text(
            "config:\n  scalewright:backend:\n    platform: local\n"
            "    postgres: {seed: shop.products.seed}\n"
            f"    gateway: {{port: {self.port}, rate_limit: null}}\n"
        )

    @property
    def url(self) -> str:
        """The gateway's address."""
        return f"http://127.0.0.1:{self.port}"

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Begin a command of the toolkit."""
        command = [sys.executable, "-m", "scalewright", *arguments]
        return subprocess.Popen(
            command,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def finish(self, process: subprocess.Popen[str]) -> None:
        """Wait for a command; its failure ends the measurement with what it said."""
        said, _ = process.communicate()
        if process.returncode:
            command = " ".join(map(str, process.args[2:]))  # type: ignore[index]
            sys.exit(f"{command} ended with status {process.returncode}:\n{said}")

    def run(self, *arguments: str) -> None:
        """Run a command of the toolkit to its end."""
        self.finish(self.start(*arguments))


def free_port() -> int:
    """Return a port on which nobody listens now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
