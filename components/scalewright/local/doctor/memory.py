"""Memory: of the machine, of the control group that bounds it, and what the kernel killed for the lack of it."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from scalewright.local.doctor.finding import mebibytes, note, ok, trouble

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.declaration import Backend
    from scalewright.local.doctor.finding import Finding

MIB = 2**20
#: Bytes of PSS that each kind of process of the shop was measured to hold when idle, rounded up; figures of a plain
#: FastAPI or Celery application. `connection` is one of PostgreSQL's processes.
MEASURED = {
    "postgres": 40 * MIB,
    "connection": 3 * MIB,
    "service": 70 * MIB,
    "relay": 62 * MIB,
    "worker": 55 * MIB,
    "task process": 40 * MIB,
    "gateway": 90 * MIB,
    "object store": 60 * MIB,
    "toolkit": 40 * MIB,
}
#: A machine with less than this part of its memory available is about to kill.
SCARCE = 0.05

KERNEL_LOG = Path("/dev/kmsg")
LONGEST_MESSAGE = 8192
_KILLED = re.compile(r"[Oo]ut of memory: Killed process (\d+)")

CGROUPS = Path("/sys/fs/cgroup")
#: Where the two versions of control groups keep limit, use and kills:
#: https://docs.kernel.org/admin-guide/cgroup-v2.html#memory-interface-files
#: https://docs.kernel.org/admin-guide/cgroup-v1/memory.html
FILES = (
    ("", "memory.max", "memory.current", "memory.events"),
    ("memory", "memory.limit_in_bytes", "memory.usage_in_bytes", "memory.oom_control"),
)


@dataclass(frozen=True)
class Kills:
    """What the kernel killed for lack of memory since its start: how many, and the pids that its log still names."""

    count: int
    pids: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Memory:
    """Bytes of the machine or, where there is one that is smaller, of the control group."""

    total: int
    available: int
    bounded: bool
    kills: int


def look(backend: Backend, *, running: bool) -> Iterator[Finding]:
    """Tell what is available beside what is needed; what runs has taken its part already."""
    yield judge(read(), None if running else demand(backend))


def read(root: Path = CGROUPS, proc: Path = Path("/proc")) -> Memory:
    """Ask the machine, and on Linux the control group of this process."""
    machine = psutil.virtual_memory()
    total, available, bounded = machine.total, machine.available, False
    counted = [_number(_text(proc / "vmstat"), r"^oom_kill (\d+)")]
    for folder, limit, use, events in _groups(root, proc):
        most, used = _number(_text(folder / limit), r"^(\d+)"), _number(_text(folder / use), r"^(\d+)")
        counted.append(_number(_text(folder / events), r"^oom_kill (\d+)"))
        if most and used is not None and most < total:
            # What the group caches is given back before anybody is killed.
            cached = _number(_text(folder / "memory.stat"), r"^(?:total_)?inactive_file (\d+)") or 0
            total, available, bounded = most, min(available, max(0, most - used + cached)), True
    return Memory(total, available, bounded, max(number or 0 for number in counted))


def kills(log: Path = KERNEL_LOG) -> Kills:
    """Ask what was killed; the kernel's log is not for everybody to read."""
    return Kills(read().kills, frozenset(map(int, _KILLED.findall(_messages(log)))))


def _messages(log: Path) -> str:
    """Return the kernel's log: https://www.kernel.org/doc/Documentation/ABI/testing/dev-kmsg."""
    try:
        device = os.open(log, os.O_RDONLY | os.O_NONBLOCK)
    except OSError:
        return ""
    lines = []
    try:
        while line := os.read(device, LONGEST_MESSAGE):
            lines.append(line)
    except OSError:  # EAGAIN: that was the last one; EPIPE: what comes next was overwritten meanwhile
        pass
    finally:
        os.close(device)
    return b"".join(lines).decode(errors="replace")


def demand(backend: Backend) -> int:
    """Return the bytes that the declaration needs at its fewest replicas: as measured, and Redis when it is full."""
    postgres, redis = backend.postgres, backend.redis
    pools = sum(
        max(one.scale.min, 1) * one.processes * (one.database.size + one.database.overflow)
        for one in backend.services.values()
        if one.database
    )
    parts = [
        MEASURED["toolkit"],
        postgres.instances * (MEASURED["postgres"] + pools * MEASURED["connection"]) if postgres else 0,
        int(redis.memory) if redis else 0,
        MEASURED["gateway"] if backend.gateway else 0,
        MEASURED["object store"] if backend.object_store else 0,
        *(max(one.scale.min, 1) * one.processes * MEASURED["service"] for one in backend.services.values()),
        *(MEASURED["relay"] for one in backend.services.values() if one.outbox),
        *(
            one.scale.min * (MEASURED["worker"] + one.concurrency * MEASURED["task process"])
            for one in backend.workers.values()
        ),
    ]
    return sum(parts)


def judge(memory: Memory, needed: int | None) -> Finding:
    """Judge what is available against what is needed, or alone where all that is needed runs already."""
    of = f"of {mebibytes(memory.total)}{' that this control group may use' if memory.bounded else ''}"
    seen = f"{mebibytes(memory.available)} {of} available"
    if needed is not None:
        seen = f"{seen}, about {mebibytes(needed)} needed"
    if memory.kills:
        seen = f"{seen}; the kernel has killed {memory.kills} for lack of it since its start"
    largest = "ps -eo rss,pid,comm --sort=-rss | head"
    if memory.available < memory.total * SCARCE:
        return trouble("memory", seen, "it is nearly used up: the kernel kills the largest process next", largest)
    if needed is not None and memory.available < needed:
        return trouble("memory", seen, "it may not be enough for what is declared", largest)
    if memory.kills:
        return note("memory", seen, "something took more than there was; this may have been another program", largest)
    return ok("memory", seen)


def _groups(root: Path, proc: Path) -> Iterator[tuple[Path, str, str, str]]:
    """Yield the control groups that bound this process, from the root down; a container sees its own as the root."""
    own = _text(proc / "self/cgroup")
    for controller, limit, use, events in FILES:
        path = re.search(rf"^\d+:{controller and f'(?:[^:]*,)?{controller}(?:,[^:]*)?'}:(.*)$", own, re.MULTILINE)
        if path is None:
            continue
        top = root / controller if controller else root
        folders = [top]
        for name in Path(path[1]).parts[1:]:
            folders.append(folders[-1] / name)
        yield from ((folder, limit, use, events) for folder in folders if (folder / limit).exists())


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:  # not Linux, or not for us to see
        return ""


def _number(text: str, pattern: str) -> int | None:
    found = re.search(pattern, text, re.MULTILINE)
    return int(found[1]) if found else None
