"""What the kernel allows: open files, processes, shared memory, user namespaces."""

from __future__ import annotations

import os
import resource
import shutil
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from scalewright.local.doctor.finding import mebibytes, note, ok, quoted, trouble
from scalewright.local.privilege import privilege

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.declaration import Backend
    from scalewright.local.doctor.finding import Finding

#: supervisord demands as many (its setting `minfds`), and raises the soft limit to it.
LEAST_FILES = 1024
#: The gateway holds two for each request that is under way.
ENOUGH_FILES = 4096
#: Of each process but PostgreSQL's, which are one a connection.
THREADS_EACH = 12
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - it is looked at
LEAST_SHARED = 16 * 2**20


def look(backend: Backend, project: Path) -> Iterator[Finding]:
    """Tell each limit beside what is needed."""
    allowed = resource.getrlimit(resource.RLIMIT_NPROC)[0]
    yield open_files(*resource.getrlimit(resource.RLIMIT_NOFILE))
    yield processes(allowed, _own_threads(), demand(backend), root=os.geteuid() == 0)
    if sys.platform == "linux" and backend.postgres:
        yield shared_memory(_free(SHARED_MEMORY))
        if os.geteuid() == 0:
            namespaces = privilege() == "userns"
            yield unprivileged(namespaces=namespaces, closed=None if namespaces else closed_to_others(project))


def open_files(soft: int, hard: int) -> Finding:
    """Judge `ulimit -n`; RLIM_INFINITY is -1 on some systems."""
    allowed = "any number" if hard == resource.RLIM_INFINITY else str(hard)
    if hard != resource.RLIM_INFINITY and hard < LEAST_FILES:
        seen = f"{hard} for a process, at least {LEAST_FILES} are needed"
        cause = "the hard limit of this shell is lower than what the supervisor asks for"
        return trouble("open files", seen, cause, f"sudo prlimit --pid $$ --nofile={ENOUGH_FILES}:{ENOUGH_FILES}")
    now = LEAST_FILES if soft != resource.RLIM_INFINITY and soft < LEAST_FILES else soft
    if now != resource.RLIM_INFINITY and now < ENOUGH_FILES:
        seen = f"{now} for a process (at most {allowed})"
        return note("open files", seen, f"enough for some {now // 2} requests at a time", f"ulimit -n {ENOUGH_FILES}")
    return ok("open files", f"{'any number' if now == resource.RLIM_INFINITY else now} for a process")


def demand(backend: Backend) -> int:
    """Return how many processes and threads the declaration may come to at its fewest replicas."""
    servers = (backend.postgres.instances * (backend.postgres.max_connections + 8)) if backend.postgres else 0
    services = sum(max(one.scale.min, 1) * one.processes + bool(one.outbox) for one in backend.services.values())
    workers = sum(one.scale.min * (one.concurrency + 1) for one in backend.workers.values())
    return servers + (services + workers + 3) * THREADS_EACH


def processes(allowed: int, used: int, needed: int, *, root: bool) -> Finding:
    """Judge `ulimit -u`, which counts threads on Linux and does not bind root."""
    if root or allowed == resource.RLIM_INFINITY:
        return ok("user processes", f"any number for this user, up to {needed} needed")
    seen = f"{allowed} for this user, {used} used, up to {needed} needed"
    if allowed - used < needed:
        return trouble(
            "user processes", seen, "a server that cannot fork refuses connections", f"ulimit -u {used + needed}"
        )
    return ok("user processes", seen)


def shared_memory(free: int | None) -> Finding:
    """Judge /dev/shm, in which PostgreSQL's parallel queries work."""
    if free is None:
        seen = f"{SHARED_MEMORY} is no folder that can be written"
        cause = "PostgreSQL keeps shared memory there and does not start without"
        return trouble("shared memory", seen, cause, f"sudo mount -t tmpfs -o mode=1777 tmpfs {SHARED_MEMORY}")
    seen = f"{mebibytes(free)} free in {SHARED_MEMORY}"
    if free < LEAST_SHARED:
        cause = f"less than {mebibytes(LEAST_SHARED)}: parallel queries fail"
        return trouble("shared memory", seen, cause, f"ls -laS {SHARED_MEMORY}")
    return ok("shared memory", seen)


def unprivileged(*, namespaces: bool, closed: Path | None) -> Finding:
    """Judge how PostgreSQL, which refuses root, can be run by root; `closed` is a folder that others may not enter."""
    if namespaces:
        return ok("user namespaces", "allowed: PostgreSQL runs in one, in which root is nobody")
    cause = "PostgreSQL refuses root, so it has to become nobody"
    if closed is not None:
        seen = f"forbidden, and {closed} may not be entered by others"
        return trouble("user namespaces", seen, cause, f"chmod o+x {quoted(closed)}")
    return note("user namespaces", "forbidden", f"{cause}, who may enter this project")


def closed_to_others(folder: Path) -> Path | None:
    """Return the first folder on the way to this one that others may not enter."""
    way = (*reversed(folder.parents), folder)
    return next((one for one in way if not one.stat().st_mode & stat.S_IXOTH), None)


def _own_threads() -> int:
    count = 0
    for process in psutil.process_iter():
        try:
            if process.uids().real == os.getuid():
                count += process.num_threads()
        except psutil.Error:  # gone, or another user's
            continue
    return count


def _free(folder: Path) -> int | None:
    return shutil.disk_usage(folder).free if os.access(folder, os.W_OK) else None
