"""How long a check takes: of an environment with all its imports, and of manifests, few, many and very many."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from bench import child
from bench.figure import Figure, Limit
from bench.render import declare

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bench.child import Child
    from bench.context import Bench

SERVICES = 80
"""That many make a thousand objects."""
OBJECTS = 1000
MEGABYTES = 10


def measure(bench: Bench) -> Iterator[Figure]:
    """Yield time and memory of a check of an environment beside its render, then those of manifests."""
    folder = bench.project.folder
    (folder / "stacks" / "policies.yaml").write_text("level: advisory\n")  # time is measured, and not what is found
    rendered = [_run(bench, "render", "prod", "-o", "manifests/prod") for _ in range(bench.rounds)]
    one_side = Figure("render prod, which evaluates it", tuple(one.seconds for one in rendered))
    yield one_side
    took = [_run(bench, "check", "prod") for _ in range(bench.rounds)]
    yield Figure("check prod", tuple(one.seconds for one in took), limit=Limit(3), peer=one_side)
    yield Figure("memory of check prod, at its peak", tuple(one.peak for one in took), "MB", Limit(300))
    yield from _manifests(bench, folder)


def _manifests(bench: Bench, folder: Path) -> Iterator[Figure]:
    declare(folder / "stacks" / "Pulumi.many.yaml", SERVICES)
    _run(bench, "render", "many", "-o", "manifests/many")
    texts = [file.read_text() for file in sorted((folder / "manifests" / "many").glob("*.yaml"))]
    if len(texts) < OBJECTS:
        sys.exit(f"{SERVICES} services make {len(texts)} objects, and {OBJECTS} are measured")
    for name, count in (("half.yaml", OBJECTS // 2), ("whole.yaml", OBJECTS)):
        (folder / name).write_text("---\n".join(texts[:count]))
    half, whole = ([_judge(bench, name) for _ in range(bench.rounds)] for name in ("half.yaml", "whole.yaml"))
    seconds = tuple(one.seconds for one in whole)
    yield Figure(f"check --manifests of {OBJECTS:,} objects", seconds, limit=Limit(5))
    ratio = min(one.cpu_seconds for one in whole) / min(one.cpu_seconds for one in half)
    yield Figure("twice the objects, 1,000 against 500", (ratio,), "x", Limit(2.2))
    text = "---\n".join(texts)
    copies = range(MEGABYTES * 1_000_000 // len(text) + 1)
    chart = "---\n".join(text.replace("shop-many", f"shop-{number}") for number in copies)  # a namespace each
    (folder / "chart.yaml").write_text(chart)
    took = _judge(bench, "chart.yaml")
    detail = f"{took.cpu_seconds:.1f} s of processor time, {took.peak:.0f} MB at its peak"
    yield Figure(f"check --manifests of {MEGABYTES} MB", (took.seconds,), limit=Limit(60), detail=detail)


def _judge(bench: Bench, name: str) -> Child:
    return _run(bench, "check", "--manifests", name, "--environment", "prod", "-o", "report.txt")


def _run(bench: Bench, *arguments: str) -> Child:
    return child.run([sys.executable, "-m", "scalewright", *arguments], bench.project.folder)
