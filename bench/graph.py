"""How long the picture of an environment takes."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from bench import child
from bench.figure import Figure, Limit
from bench.render import declare

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.child import Child
    from bench.context import Bench

SERVICES = 200


def measure(bench: Bench) -> Iterator[Figure]:
    """Yield how long each format takes, in a process of its own, and a picture of many services."""
    for form in ("mermaid", "svg"):
        drawn = [_draw(bench, "prod", form) for _ in range(bench.rounds)]
        name = f"graph prod as {form}, in a process of its own"
        yield Figure(name, tuple(one.seconds for one in drawn), limit=Limit(2), detail=_detail(drawn))
    environment = f"many-{SERVICES}"
    declare(bench.project.folder / "stacks" / f"Pulumi.{environment}.yaml", SERVICES)
    many = [_draw(bench, environment, "svg") for _ in range(bench.rounds)]
    seconds = tuple(one.seconds for one in many)
    yield Figure(f"graph of {SERVICES} services as svg", seconds, limit=Limit(10), detail=_detail(many))


def _detail(drawn: list[Child]) -> str:
    cpu, peak = min(one.cpu_seconds for one in drawn), max(one.peak for one in drawn)
    return f"{cpu:.1f} s of processor time at least, {peak:.0f} MB at its peak"


def _draw(bench: Bench, environment: str, form: str) -> Child:
    command = [sys.executable, "-m", "scalewright", "graph", environment, "--format", form]
    return child.run([*command, "-o", "picture.svg" if form == "svg" else "picture.mmd"], bench.project.folder)
