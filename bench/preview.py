"""How long a preview of an environment on Kubernetes takes, and how that grows: git, imports and both sides in it."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from bench import child
from bench.figure import Figure, Limit
from bench.render import declare

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.child import Child
    from bench.context import Bench

SERVICES = (50, 100, 200)
BASE = "main"
ENVIRONMENTS = ("prod", *(f"many-{count}" for count in SERVICES))


def measure(bench: Bench) -> Iterator[Figure]:
    """Yield time and memory of a preview against a revision, then those of many services."""
    _commit(bench)
    yield from _production(bench)
    yield from _growth(bench)


def _production(bench: Bench) -> Iterator[Figure]:
    rendered = [_run(bench, "render", "prod", "-o", "manifests/prod") for _ in range(bench.rounds)]
    took = [_preview(bench, "prod") for _ in range(bench.rounds)]
    one_side = Figure("render prod, which evaluates one side", tuple(one.seconds for one in rendered))
    yield one_side
    seconds = tuple(one.seconds for one in took)
    yield Figure("preview prod --against main", seconds, limit=Limit(3), peer=one_side)
    yield Figure("memory of preview prod, at its peak", tuple(one.peak for one in took), "MB", Limit(300))


def _growth(bench: Bench) -> Iterator[Figure]:
    """Yield what many services take, and whether the last of them takes more than the first."""
    took = {count: _preview(bench, f"many-{count}") for count in SERVICES}
    for count, one in took.items():
        detail = f"{one.cpu_seconds:.1f} s of processor time, {one.peak:.0f} MB at its peak"
        limit = Limit(25) if count == max(SERVICES) else None
        yield Figure(f"preview of {count} services", (one.seconds,), limit=limit, detail=detail)
    few, more, most = SERVICES
    first, last = ((took[to].cpu_seconds - took[of].cpu_seconds) / (to - of) for of, to in ((few, more), (more, most)))
    detail = f"{1000 * last:.0f} ms against {1000 * first:.0f} ms of processor time for each"
    name = "one more service in a preview, from 100 to 200 against 50 to 100"
    yield Figure(name, (last / first,), "x", Limit(1.5), detail=detail)


def _commit(bench: Bench) -> None:
    """Have the environments in a repository, and each of them changed since."""
    folder = bench.project.folder
    for count in SERVICES:
        declare(folder / "stacks" / f"Pulumi.many-{count}.yaml", count)
    identity = ("-c", "user.name=bench", "-c", "user.email=bench@localhost", "-c", "commit.gpgsign=false")
    for command in (("init", "-q", "-b", BASE), ("add", "-A", "."), ("commit", "-q", "-m", "base")):
        subprocess.run(["git", *identity, *command], cwd=folder, check=True)
    for name in ENVIRONMENTS:
        overlay = folder / "stacks" / f"Pulumi.{name}.yaml"
        text = overlay.read_text()
        image = text.replace("ghcr.io/acme/shop", "ghcr.io/acme/store")
        if image == text:
            sys.exit(f"{overlay} names no image that could change")
        overlay.write_text(image)


def _preview(bench: Bench, environment: str) -> Child:
    return _run(bench, "preview", environment, "--against", BASE)


def _run(bench: Bench, *arguments: str) -> Child:
    return child.run([sys.executable, "-m", "scalewright", *arguments], bench.project.folder)
