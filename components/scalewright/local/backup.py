"""Back the database up into one file, while it is used.

pg_dump rather than a copy of the server's files: the file can be restored into a later version of PostgreSQL and on
another machine, and roles and passwords, which belong to the environment, are not in it.
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from scalewright.local import client, dump
from scalewright.local.errors import PlatformError
from scalewright.local.state import write

if TYPE_CHECKING:
    from pathlib import Path

    from scalewright.declaration import Backend
    from scalewright.local.platform import LocalPlatform

#: Below the project, and not in the state folder: `down --delete-data` must leave them.
FOLDER = "backups"


def default_name(environment: str) -> str:
    """Return the name of a backup that is made now."""
    return f"{environment}-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}.dump"


def default_folder(project: Path) -> Path:
    """Return the folder for backups, made where it is missing: for its owner alone, and out of version control."""
    folder = project / FOLDER
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        if not (folder / ".gitignore").exists():
            write(folder / ".gitignore", "*\n")
    except OSError as error:
        raise _unwritable(folder, error) from error
    return folder


def partial(file: Path) -> Path:
    """Return the name under which a backup is written until it is complete."""
    return file.with_name(f".{file.name}.{os.getpid()}.partial")


def backup(platform: LocalPlatform, backend: Backend, file: Path) -> None:
    """Write a consistent dump of the database to `file`, which appears when it is complete.

    Raises PlatformError if the database does not answer or the file cannot be written; then there is no file.
    """
    port = client.primary_port(platform)
    binaries = client.postgres_programs(platform.state, backend).path
    scratch = partial(file)
    try:
        descriptor = os.open(scratch, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
    except OSError as error:
        raise _unwritable(file, error) from error
    try:
        with open(descriptor, "wb") as output:
            environment = client.postgres_environment(platform.state, backend, port)
            dump.run(binaries, "pg_dump", "--format=custom", environment=environment, output=output)
            os.fsync(descriptor)
        scratch.rename(file)
    except PlatformError as error:
        raise PlatformError(f"the database could not be backed up: {error}. Mend that, and back up again") from error
    except OSError as error:
        raise _unwritable(file, error) from error
    finally:
        scratch.unlink(missing_ok=True)


def _unwritable(path: Path, error: OSError) -> PlatformError:
    return PlatformError(f"{path} cannot be written: {error.strerror}. Name another with --output, or free the disk")
