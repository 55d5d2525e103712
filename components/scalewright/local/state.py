"""The state folder of an environment: everything that the local platform keeps, in one place."""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict

from scalewright.local.errors import PlatformError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

VERSION: Literal[2] = 2
FOLDERS = ("config", "config/gateway", "data", "jobs", "logs", "run", "secrets")


class Saved(BaseModel):
    """What is remembered: ports by name, and replicas that were asked for by noun."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    version: Literal[2] = VERSION
    ports: dict[str, int] = {}
    replicas: dict[str, int] = {}


class State:
    """Paths and saved values below ``<project>/.scalewright/<environment>``.

    | folder or file | what it holds |
    |---|---|
    | ``state.json`` | the ports that were chosen, replicas that were asked for |
    | ``applied.json`` | the declaration that was last brought up |
    | ``run/`` | the record of each process as it was started, heartbeats, starts |
    | ``jobs/`` | the record of each job that was done |
    | ``config/``, ``data/``, ``logs/`` | of each process |
    | ``secrets/`` | one file for each secret, readable by its owner alone |
    """

    def __init__(self, project: Path, environment: str) -> None:
        if environment in {"", ".", ".."} or "/" in environment:
            raise ValueError(f"{environment!r} is no name of an environment")  # it would name another folder
        self.project = project
        self.environment = environment
        self.folder = project / ".scalewright" / environment

    def __truediv__(self, name: str) -> Path:
        return self.folder / name

    @property
    def exists(self) -> bool:
        """Whether the environment was ever brought up here."""
        return self.folder.is_dir()

    def create(self) -> None:
        """Create the folder, kept out of version control and away from other users."""
        try:
            self.folder.parent.mkdir(exist_ok=True)
            self.folder.mkdir(mode=0o700, exist_ok=True)
            for name in FOLDERS:
                (self.folder / name).mkdir(mode=0o700 if name == "secrets" else 0o755, exist_ok=True)
            ignore = self.folder.parent / ".gitignore"
            if not ignore.exists():
                write(ignore, "*\n")
        except OSError as error:
            raise PlatformError(
                f"the state folder {self.folder} cannot be written: {error.strerror}. "
                "Free the disk, or give yourself the folder"
            ) from error

    def delete(self) -> None:
        """Delete the folder and all data in it."""
        shutil.rmtree(self.folder)

    @property
    def saved(self) -> Saved:
        """What earlier commands remembered; raises PlatformError for a file that cannot be understood."""
        path = self / "state.json"
        try:
            text = path.read_text(errors="replace")
        except FileNotFoundError:
            return Saved()
        try:
            return Saved.model_validate(_upgraded(json.loads(text)))
        except ValueError as error:
            version = re.search(r'"version": *(\d+)', text)
            if version and int(version[1]) > VERSION:
                raise PlatformError(
                    f"{path} was written by a newer Scalewright: its version is {version[1]}, and this one reads "
                    f"1 to {VERSION}. Upgrade Scalewright, or run `scalewright down --delete-data` to begin anew"
                ) from error
            raise PlatformError(
                f"{path} is damaged. Run `scalewright down`, delete the file, start again; the data is kept"
            ) from error

    def save(self, saved: Saved) -> None:
        """Remember this for later commands."""
        write(self / "state.json", saved.model_dump_json(indent=2) + "\n")

    def forget_replicas(self) -> None:
        """Forget how many were asked for; a file that cannot be understood is left as it is, for `up` to name."""
        with suppress(PlatformError):
            if (saved := self.saved).replicas:
                self.save(saved.model_copy(update={"replicas": {}}))

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the state for one command; raises PlatformError while another one does."""
        self.create()
        with (self / "lock").open("a+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                lock.seek(0)
                holder = lock.read().strip() or "another process"
                raise PlatformError(
                    f"{holder} is changing environment {self.environment}. Wait until it has ended, then try again"
                ) from None
            lock.truncate(0)
            lock.write(f"scalewright with pid {os.getpid()}")
            lock.flush()
            self._sweep()
            yield

    def _sweep(self) -> None:
        """Delete what a command that was killed had half written; only who holds the lock writes so."""
        for name in (".", *FOLDERS):
            for scratch in (self / name).glob(".*.*"):
                if name != "data":  # there they are folders, which the next build deletes
                    scratch.unlink(missing_ok=True)


def _upgraded(saved: Any) -> Any:
    """Bring what an older version wrote to the present form: version 1 knew no replicas."""
    if isinstance(saved, dict) and saved.get("version") == 1:
        return {**saved, "version": VERSION}
    return saved


def write(path: Path, text: str, mode: int = 0o600) -> None:
    """Replace a file as a whole, so that whoever reads it sees the old or the new text."""
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name(f".{path.name}.{os.getpid()}")
    with open(os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    scratch.replace(path)
