"""What a stack takes when it has nothing to do, and in memory after it had."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from bench.figure import Figure, Limit
from bench.footprint import cpu_seconds, memory
from bench.load import load

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.context import Bench

SETTLE = 5  # seconds after a start
WINDOW = 30  # seconds to look at an idle stack: processor time is counted in hundredths
CONNECTIONS = 64


def measure(bench: Bench) -> Iterator[Figure]:
    """Yield memory right after the start and after a load, and the processor time of a stack at rest."""
    bench.project.run("down")
    bench.project.run("up")
    stack = bench.stack
    time.sleep(SETTLE)
    toolkit = [stack.supervisor]
    whole = [*toolkit, *stack.processes()]
    yield Figure("memory of the whole stack, after its start", (memory(whole),), "MB", Limit(600))
    yield Figure("memory of the toolkit: supervisor", (memory(toolkit),), "MB", Limit(60))
    bench.say(f"a stack at rest, {WINDOW} s")
    parts = {"the toolkit: supervisor": toolkit, "the application's relay": stack.processes("orders-relay")}
    parts["the whole stack"] = whole
    before = {name: cpu_seconds(processes) for name, processes in parts.items()}
    time.sleep(WINDOW)
    for name, processes in parts.items():
        share = 100 * (cpu_seconds(processes) - before[name]) / WINDOW
        limit = Limit(1) if processes is toolkit else None
        yield Figure(f"of a core, at rest: {name}", (share,), "%", limit)
    stack.fill()
    bench.say(f"memory after a load of {bench.seconds} s")
    report = load(bench.target, "mixed", connections=CONNECTIONS, seconds=bench.seconds)
    whole = [stack.supervisor, *stack.processes()]
    detail = f"{report.requests:,} requests, {report.errors} errors"
    yield Figure("memory of the whole stack, after a load", (memory(whole),), "MB", Limit(600), detail=detail)
