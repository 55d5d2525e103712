"""Does anything grow, or stay behind? Many requests, and many replicas that come and go."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from bench.context import timed
from bench.figure import Figure, Limit
from bench.footprint import Holdings, private
from bench.load import load
from bench.trend import growth

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.context import Bench
    from bench.stack import Stack
    from bench.trend import Sample

CONNECTIONS = 64
SLICE = 5  # seconds of load between two looks at memory
SETTLE = 15  # seconds for what has ended to be gone
FLAT_REPLICAS, FLAT_TOOLKIT, FLAT_STACK = 2.0, 0.5, 10.0  # MB in the second half: what a look differs from the next
FEW, MORE = ("orders=2", "orders-worker=1"), ("orders=3", "orders-worker=2")


def measure(bench: Bench) -> Iterator[Figure]:
    """Yield how memory grew, and what was left behind."""
    bench.project.run("up")
    bench.stack.fill()
    bench.project.run("scale", *FEW)
    bench.stack.wait_healthy()
    yield from _requests(bench)
    yield from _scalings(bench)


def _requests(bench: Bench) -> Iterator[Figure]:
    stack = bench.stack
    replicas = stack.replicas()
    before = Holdings.of(stack)
    begun, sent, errors = time.perf_counter(), 0, 0
    samples: list[Sample] = []
    while sent < bench.requests or len(samples) < 6:
        report = load(bench.target, "mixed", connections=CONNECTIONS, seconds=SLICE)
        sent, errors = sent + report.requests, errors + report.errors
        samples.append((sent, private(replicas)))
        bench.say(f"{sent:,} of {bench.requests:,} requests, replicas {samples[-1][1]:.1f} MB")
    took = f"{time.perf_counter() - begun:.0f} s"
    name = f"replicas' memory grew in the second half of {sent:,} requests"
    yield Figure(name, (growth(samples),), "MB", Limit(FLAT_REPLICAS), detail=f"{_range(samples)}, {took}")
    yield Figure("errors of these requests", (errors,), "", Limit(0))
    stack.fill()  # drops the tasks that wait
    yield from _left_behind(stack, before, "these requests")


def _scalings(bench: Bench) -> Iterator[Figure]:
    stack = bench.stack
    supervisor = stack.supervisor
    before = Holdings.of(stack)
    begun = time.perf_counter()
    toolkit: list[Sample] = []
    whole: list[Sample] = []
    for number in range(1, bench.scalings + 1):
        seconds = timed(lambda: _scale_up_and_down(bench))
        toolkit.append((number, private([supervisor])))
        whole.append((number, private([supervisor, *stack.processes()])))
        bench.say(
            f"scaled {number} of {bench.scalings} times, {seconds:.1f} s, supervisor {toolkit[-1][1]:.2f} MB, "
            f"all {whole[-1][1]:.0f} MB"
        )
    took = f"{time.perf_counter() - begun:.0f} s"
    rounds = f"in the second half of {bench.scalings} scalings up and down"
    for name, samples, limit in (("toolkit", toolkit, FLAT_TOOLKIT), ("whole stack", whole, FLAT_STACK)):
        detail = f"{_range(samples)}, {took}"
        yield Figure(f"memory of the {name} grew {rounds}", (growth(samples),), "MB", Limit(limit), detail=detail)
    yield from _left_behind(stack, before, "these scalings")


def _scale_up_and_down(bench: Bench) -> None:
    for parts in (MORE, FEW):
        bench.project.run("scale", *parts)


def _left_behind(stack: Stack, before: Holdings, cause: str) -> Iterator[Figure]:
    after = _settled(stack, before)  # the same stack: each has a connection to the supervisor, a file on both sides
    for what, had, has in (
        ("processes", before.processes, after.processes),
        ("listening ports", before.ports, after.ports),
        ("files of the supervisor", before.files, after.files),
    ):
        yield Figure(f"{what} left by {cause}", (has - had,), "", Limit(0), detail=f"{had} before, {has} after")


def _settled(stack: Stack, before: Holdings) -> Holdings:
    """Count again until all is as before, for a while: what has just ended may still be listed."""
    deadline = time.monotonic() + SETTLE
    while (now := Holdings.of(stack)) != before and time.monotonic() < deadline:
        time.sleep(0.5)
    return now


def _range(samples: list[Sample]) -> str:
    return f"{samples[0][1]:.1f} to {samples[-1][1]:.1f} MB"
