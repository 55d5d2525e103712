"""The disk below the state folder."""

from __future__ import annotations

import os
import shutil
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scalewright.local.doctor.finding import mebibytes, note, ok, quoted, trouble

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from scalewright.local.doctor.finding import Finding
    from scalewright.local.state import State

#: Bytes; an empty database with its replica takes 120 MB, and each keeps up to 1 GB of WAL.
LEAST = 256 * 2**20
ENOUGH = 2 * 2**30
LEAST_FILES = 5000
#: Seconds for counting what is stored.
PATIENCE = 2.0


@dataclass(frozen=True)
class Disk:
    """Free bytes and files (None where the file system does not count them) for us at `folder`."""

    folder: Path
    free: int
    total: int
    files: int | None
    read_only: bool
    writable: bool


def look(state: State) -> Iterator[Finding]:
    """Tell how much room there is, and how much is used."""
    folder = next(folder for folder in (state.folder, *state.folder.parents) if folder.is_dir())
    usage, statistics = shutil.disk_usage(folder), os.statvfs(folder)
    yield judge(
        Disk(
            folder=folder,
            free=usage.free,
            total=usage.total,
            files=statistics.f_favail if statistics.f_files else None,
            read_only=bool(statistics.f_flag & os.ST_RDONLY),
            writable=os.access(folder, os.W_OK | os.X_OK),
        )
    )
    if state.exists:
        yield ok("state folder", _stored(state))


def judge(disk: Disk) -> Finding:
    """Judge the room and the right to use it."""
    where = quoted(disk.folder)
    if disk.read_only:
        seen = f"{disk.folder} is on a read-only file system"
        return trouble("disk", seen, "it was mounted so, or the kernel did after an error of the disk", f"df {where}")
    if not disk.writable:
        seen = f"{disk.folder} may not be written by this user"
        return trouble("disk", seen, "it belongs to another user", f"sudo chown -R $(id -u) {where}")
    seen = f"{mebibytes(disk.free)} of {mebibytes(disk.total)} free at {disk.folder}"
    largest = f"du -xh {where} | sort -h | tail"
    if disk.free < LEAST:
        return trouble("disk", seen, f"at least {mebibytes(LEAST)} are needed: servers stop on a full disk", largest)
    if disk.files is not None and disk.files < LEAST_FILES:
        cause = "the file system has almost no inodes left: small files use them up"
        return trouble("disk", f"room for {disk.files} more files at {disk.folder}", cause, largest)
    if disk.free < ENOUGH:
        return note("disk", seen, "each database server may keep 1 GiB of its log (WAL)", largest)
    return ok("disk", seen)


def _stored(state: State) -> str:
    """Return how large the folders of the state are, as far as they can be counted in time."""
    deadline = time.monotonic() + PATIENCE
    sizes: dict[str, int] = {}
    for name in ("data", "logs"):
        sizes[name] = 0
        for folder, _, files in os.walk(state / name):
            if time.monotonic() > deadline:
                return f"{state.folder}: more than {mebibytes(sum(sizes.values()))}"
            sizes[name] += sum(_size(os.path.join(folder, file)) for file in files)
    return f"{mebibytes(sizes['data'])} of data, {mebibytes(sizes['logs'])} of logs in {state.folder}"


def _size(path: str) -> int:
    try:
        return os.lstat(path).st_blocks * 512
    except OSError:  # gone meanwhile
        return 0
