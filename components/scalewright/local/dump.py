"""A dump of the database: one file in pg_dump's custom format, which a later PostgreSQL can restore too."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scalewright.local.errors import PlatformError
from scalewright.local.launch import die_with_parent

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import IO

#: How a file in custom format begins (`ReadHead` in src/bin/pg_dump/pg_backup_archiver.c).
MAGIC = b"PGDMP"
#: What a program says is read, so it must not be translated; and the server ends what it does for one that is gone.
OPTIONS = {"LC_ALL": "C", "PGOPTIONS": "-c client_connection_check_interval=1s"}


@dataclass(frozen=True)
class Dump:
    """What a dump says of itself: the name of the database, and the major version of its server."""

    file: Path
    database: str
    major: int


def read(file: Path, binaries: str, major: int) -> Dump:
    """Read what a dump says of itself; raises PlatformError if it is none that PostgreSQL `major` can restore."""
    try:
        with file.open("rb") as content:
            head = content.read(512)
    except OSError as error:
        remedy = "Name the file itself" if isinstance(error, IsADirectoryError) else "Name a file that can be read"
        raise PlatformError(f"{file} cannot be restored: {error.strerror}. {remedy}") from error
    if not head.startswith(MAGIC):
        raise PlatformError(
            f"{file} is no dump: {_kind(head)}. Name one that `scalewright backup` or `pg_dump -Fc` made"
        )
    try:
        listing = run(binaries, "pg_restore", "--list", str(file.resolve()), environment=os.environ)
    except PlatformError as error:
        if "unsupported version" in str(error):
            raise _newer(file, "PostgreSQL of a newer version", major) from error
        raise PlatformError(f"{file} is damaged: {error}. Restore another backup") from error
    dump = Dump(file, _field(listing, "dbname: (.*)"), int(_field(listing, r"Dumped from database version: (\d+).*")))
    if dump.major > major:
        raise _newer(file, f"PostgreSQL {dump.major}", major)
    return dump


def run(
    binaries: str, program: str, *arguments: str, environment: Mapping[str, str], output: IO[bytes] | None = None
) -> str:
    """Run a program of PostgreSQL; returns what it printed, unless that goes to a file.

    Raises PlatformError with its last word if it fails.
    """
    done = subprocess.run(
        [f"{binaries}/{program}", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=output or subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**environment, **OPTIONS},
        preexec_fn=lambda: die_with_parent(signal.SIGKILL),
        check=False,
    )
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise PlatformError(next((line for line in said if "error:" in line.lower()), _end(program, done.returncode)))
    return (done.stdout or b"").decode(errors="replace")


def _end(program: str, status: int) -> str:
    return f"{program} was ended by {signal.Signals(-status).name}" if status < 0 else f"{program}: status {status}"


def _kind(head: bytes) -> str:
    if not head:
        return "the file is empty"
    return "it is text" if b"\0" not in head and head.isascii() else "it is in another format"


def _newer(file: Path, maker: str, major: int) -> PlatformError:
    return PlatformError(
        f"{file} was made by {maker}, and this environment runs PostgreSQL {major}. Declare a newer one in "
        "programs.postgres, and begin anew with it by `scalewright reset postgres`"
    )


def _field(listing: str, pattern: str) -> str:
    match = re.search(rf"^;\s+{pattern}$", listing, re.MULTILINE)
    assert match is not None, listing  # noqa: S101 - pg_restore prints it for every dump
    return match[1]
