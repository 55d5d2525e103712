"""A data folder of PostgreSQL, and the programs of the server that work on it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from scalewright.local.launch import die_with_parent
from scalewright.local.site import UNPRIVILEGED

if TYPE_CHECKING:
    from scalewright.local.site import Privilege

SUPERUSER = "postgres"
REPLICATION = "replicator"


class Cluster:
    """A data folder, and the server programs that make it."""

    def __init__(self, data: Path, binaries: Path, privilege: Privilege, secrets: Path) -> None:
        self.data = data
        self.binaries = binaries
        self.privilege = privilege
        self.secrets = secrets

    @property
    def exists(self) -> bool:
        """Whether the folder was made; it is moved to its place when it is complete."""
        return (self.data / "PG_VERSION").exists()

    def tidy(self) -> None:
        """Delete the folders that earlier builds left, because they were killed."""
        for abandoned in self.data.parent.glob(f".{self.data.name}.*"):
            shutil.rmtree(abandoned)

    @cached_property
    def scratch(self) -> Path:
        """A folder to build in."""
        return self.owned(Path(tempfile.mkdtemp(dir=self.data.parent, prefix=f".{self.data.name}.")))

    def secret(self, name: str) -> str:
        """Return the value of a secret."""
        return (self.secrets / name).read_text()

    def run(self, program: str, *arguments: str, text: str | None = None, **environment: str) -> str:
        """Run a program of PostgreSQL and return what it printed; ends this process if it fails.

        In single-user mode a statement that fails is only printed, so an error there counts as well.
        """
        done = self.attempt(program, *arguments, text=text, **environment)
        if done.returncode or "ERROR:" in done.stderr:
            said = (done.stderr or done.stdout).strip()
            for path in self.secrets.iterdir():
                said = said.replace(path.read_text(), "***")
            sys.exit(f"{program} ended with status {done.returncode}: {said}")
        return done.stdout

    def attempt(
        self, program: str, *arguments: str, text: str | None = None, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a program of PostgreSQL as the user that will run the server."""
        return subprocess.run(
            [*UNPRIVILEGED[self.privilege], str(self.binaries / program), *arguments],
            input=text,
            capture_output=True,
            text=True,
            env={**os.environ, **environment},
            preexec_fn=lambda: die_with_parent(signal.SIGKILL),
            check=False,
        )

    def single_user(self, *statements: str, options: tuple[str, ...] = ()) -> None:
        """Run statements while no server runs: nothing listens, and passwords travel by standard input alone."""
        # A statement that fails must not be logged, for its password.
        quiet = ("-c", "log_min_error_statement=panic")
        text = "".join(f"{line};\n" for line in statements)
        self.run("postgres", "--single", *quiet, *options, "postgres", text=text)

    def private(self, path: Path, text: str) -> Path:
        """Write a file that the server's user alone can read."""
        path.touch(mode=0o600)
        path.write_text(text)
        return self.owned(path)

    def owned(self, path: Path) -> Path:
        """Give a file or folder to the server's user."""
        if self.privilege == "setpriv":
            shutil.chown(path, "nobody", "nogroup")
        return path

    def discard(self) -> None:
        """Delete the data folder; half a folder never lies in its place."""
        self.data.rename(self.scratch / "discarded")
        shutil.rmtree(self.scratch / "discarded")

    def finish(self) -> None:
        """Move the complete folder to its place."""
        (self.scratch / "data").rename(self.data)
        shutil.rmtree(self.scratch)
