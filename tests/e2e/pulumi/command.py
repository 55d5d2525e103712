"""Pulumi's own command line, run on a project in a temporary folder with a state of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.e2e.local.stack import ROOT, Stack

if TYPE_CHECKING:
    from pathlib import Path

PULUMI = shutil.which("pulumi")
PASSPHRASE = "a passphrase of the tests"


@dataclass
class Pulumi:
    """The project of a stack as one has it after `git clone` and `make`, and the environment of a user of Pulumi."""

    stack: Stack
    home: Path

    def __post_init__(self) -> None:
        for name in ("Pulumi.yaml", ".gitattributes", ".gitignore"):
            shutil.copy(ROOT / name, self.stack.project / name)
        (self.stack.project / ".venv").symlink_to(sys.prefix)
        self.home.mkdir()
        (self.home / "state").mkdir()

    def run(self, *arguments: str, status: int = 0) -> str:
        """Run a command to its end, and return what it printed on both streams."""
        done = subprocess.run(
            ["pulumi", "--non-interactive", *arguments],
            cwd=self.stack.project,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == status, f"{arguments} ended with {done.returncode}:\n{done.stdout}"
        return done.stdout

    def outputs(self) -> dict[str, Any]:
        """Return what the stack exports."""
        outputs: dict[str, Any] = json.loads(self.run("stack", "output", "--json", "-s", "local"))
        return outputs

    def state(self) -> str:
        """Return all that Pulumi holds of the stack."""
        return self.run("stack", "export", "-s", "local")

    def _environment(self) -> dict[str, str]:
        ours = {name: value for name, value in os.environ.items() if not name.startswith("PULUMI_")}
        return {
            **ours,
            "PULUMI_HOME": str(self.home),
            "PULUMI_BACKEND_URL": f"file://{self.home / 'state'}",
            "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
            "PULUMI_SKIP_UPDATE_CHECK": "1",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "1",
        }
