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
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        (folder / "stacks/Pulumi.local.yaml").write_text(
            "config:\n  scalewright:backend:\n    platform: local\n"
            "    postgres: {seed: shop.products.seed}\n"
            f"    gateway: {{port: {port}, rate_limit: null}}\n"
        )

    def run(self, *arguments: str) -> None:
        """Run a command of the toolkit; its failure ends the measurement with what it said."""
        command = [sys.executable, "-m", "scalewright", *arguments]
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False)
        if done.returncode:
            said = done.stdout + done.stderr
            sys.exit(f"scalewright {' '.join(arguments)} ended with status {done.returncode}:\n{said}")
