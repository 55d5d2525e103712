"""Pulumi's own command line, run on a project in a temporary folder with a state of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.e2e.local.stack import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.local.stack import Stack

PULUMI = shutil.which("pulumi")
PASSPHRASE = "a passphrase of the tests"


@dataclass
class CommandLine:
    """A project as one has it after `git clone` and `make`, and the environment of a user of Pulumi."""

    project: Path
    home: Path
    variables: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("Pulumi.yaml", ".gitattributes", ".gitignore"):
            shutil.copy(ROOT / name, self.project / name)
        (self.project / ".venv").symlink_to(sys.prefix)
        self.home.mkdir()
        (self.home / "state").mkdir()

    def run(self, *arguments: str, status: int = 0) -> str:
        """Run a command to its end, and return what it printed on both streams."""
        done = self._run(*arguments, stderr=subprocess.STDOUT)
        assert done.returncode == status, f"{arguments} ended with {done.returncode}:\n{done.stdout}"
        return done.stdout

    def data(self, *arguments: str) -> Any:
        """Run a command that answers in JSON."""
        done = self._run(*arguments, "--json", stderr=subprocess.PIPE)
        assert done.returncode == 0, f"{arguments} ended with {done.returncode}:\n{done.stdout}{done.stderr}"
        return json.loads(done.stdout)

    def outputs(self, environment: str = "local") -> dict[str, Any]:
        """Return what the stack exports."""
        outputs: dict[str, Any] = self.data("stack", "output", "-s", environment)
        return outputs

    def state(self, environment: str = "local") -> str:
        """Return all that Pulumi holds of the stack."""
        return self.run("stack", "export", "-s", environment)

    def start(self, *arguments: str, stderr: int = subprocess.STDOUT) -> subprocess.Popen[str]:
        """Begin a command."""
        return subprocess.Popen(
            ["pulumi", "--non-interactive", *arguments],
            cwd=self.project,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
        )

    def _run(self, *arguments: str, stderr: int) -> subprocess.CompletedProcess[str]:
        with self.start(*arguments, stderr=stderr) as process:
            try:
                output, errors = process.communicate(timeout=300)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
        return subprocess.CompletedProcess(arguments, process.returncode, output, errors)

    def _environment(self) -> dict[str, str]:
        ours = {name: value for name, value in os.environ.items() if not name.startswith("PULUMI_")}
        return {
            **ours,
            "PULUMI_HOME": str(self.home),
            "PULUMI_BACKEND_URL": f"file://{self.home / 'state'}",
            "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
            "PULUMI_SKIP_UPDATE_CHECK": "1",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "1",
            **self.variables,
        }


class Pulumi(CommandLine):
    """The same, of a stack on this machine."""

    def __init__(self, stack: Stack, home: Path) -> None:
        super().__init__(stack.project, home)
        self.stack = stack
