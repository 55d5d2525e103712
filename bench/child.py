"""A command in a process of its own, and what it took."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

#: What getrusage(2) counts the peak of memory in.
UNIT = 1 if sys.platform == "darwin" else 1024
#: Starts a command and says what it took. A process of its own, which is small: on Linux the peak of a process is at
#: least what the one that started it had in memory.
LAUNCHER = """
import json, os, sys, time
begun = time.perf_counter()
pid = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, 2, 1)])
_, status, usage = os.wait4(pid, 0)
took = [time.perf_counter() - begun, usage.ru_utime + usage.ru_stime, usage.ru_maxrss]
print(json.dumps([os.waitstatus_to_exitcode(status), *took]))
"""


@dataclass(frozen=True)
class Child:
    """What a process took from its start to its end: time, processor time (seconds), and memory at its peak (MB)."""

    seconds: float
    cpu_seconds: float
    peak: float


def run(command: Sequence[str], folder: Path) -> Child:
    """Run a command to its end; its failure ends the measurement with what it said."""
    launcher = [sys.executable, "-I", "-S", "-c", LAUNCHER]
    done = subprocess.run(
        [*launcher, *command], cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True
    )
    status, seconds, cpu_seconds, peak = json.loads(done.stdout)
    if status:
        sys.exit(f"{' '.join(command)} ended with status {status}:\n{done.stderr}")
    return Child(seconds, cpu_seconds, peak * UNIT / 1e6)
