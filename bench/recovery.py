"""How soon a killed process is healthy again."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

from bench.figure import Figure, Limit
from bench.stack import wait_until
from scalewright.plan.records import HeartbeatHealth

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.context import Bench
    from bench.stack import Stack

#: One of each kind, and its limit in seconds.
KINDS = {
    "gateway": 5,
    "orders-1": 5,
    "orders-relay": 5,
    "orders-worker-1": 5,
    "redis": 5,
    "postgres-replica-1": 10,
    "postgres": 10,
}


def measure(bench: Bench) -> Iterator[Figure]:
    """Yield the time from kill -9 to health for every kind of process."""
    bench.project.run("up")
    stack = bench.stack
    for name, limit in KINDS.items():
        bench.say(f"kill -9 of {name}")
        seconds = []
        for _ in range(bench.rounds):
            stack.wait_healthy()
            seconds.append(_until_healthy(stack, name))
        yield Figure(f"healthy after kill -9: {name}", tuple(seconds), limit=Limit(limit))
    stack.wait_healthy()


def _until_healthy(stack: Stack, name: str) -> float:
    now = stack.running()[name]
    assert now.pid is not None  # noqa: S101 - it is healthy
    os.kill(now.pid, signal.SIGKILL)
    if isinstance(now.record.health, HeartbeatHealth):  # the last heartbeat would count for the next process
        Path(now.record.health.file).unlink(missing_ok=True)
    return wait_until(lambda: stack.is_healthy(name, killed=now.pid), f"{name} is healthy after kill -9")
