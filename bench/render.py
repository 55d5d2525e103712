"""How long the manifests of an environment take, how that grows, and how soon a control plane has them."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench import child
from bench.context import timed
from bench.figure import Figure, Limit
from bench.project import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.child import Child
    from bench.context import Bench

#: What every render has to import, whatever it makes.
SDK = """
from pulumi_kubernetes.apiextensions import CustomResource
from pulumi_kubernetes.apps.v1 import Deployment, StatefulSet
from pulumi_kubernetes.autoscaling.v2 import HorizontalPodAutoscaler
from pulumi_kubernetes.batch.v1 import Job
from pulumi_kubernetes.core.v1 import ConfigMap, LimitRange, Namespace, ResourceQuota, Secret, Service, ServiceAccount
from pulumi_kubernetes.networking.v1 import NetworkPolicy
from pulumi_kubernetes.policy.v1 import PodDisruptionBudget
from pulumi_random import RandomPassword
"""
SERVICES = (50, 100, 200)
#: Definitions of the operators' resources, which a control plane must know before it takes an environment.
DEFINITIONS = ROOT.parent / "shared" / "crds"


def measure(bench: Bench) -> Iterator[Figure]:
    """Yield time and memory of a render beside those of the SDK alone, then of many services, then of an apply."""
    yield from _production(bench)
    yield from _growth(bench)
    yield from _control_plane(bench)


def _production(bench: Bench) -> Iterator[Figure]:
    rounds = range(bench.rounds)
    sdk = [child.run([sys.executable, "-c", SDK], bench.project.folder) for _ in rounds]
    prod = [_render(bench, "prod") for _ in rounds]
    importing = Figure("Pulumi's SDK, imported", tuple(one.seconds for one in sdk))
    yield importing
    yield Figure(
        "render prod, in a process of its own", tuple(one.seconds for one in prod), limit=Limit(2), peer=importing
    )
    held = Figure("memory of Pulumi's SDK, imported", tuple(one.peak for one in sdk), "MB")
    yield held
    yield Figure("memory of render prod, at its peak", tuple(one.peak for one in prod), "MB", Limit(300), held)


def _growth(bench: Bench) -> Iterator[Figure]:
    """Yield what many services take, and whether the last of them takes more than the first."""
    took = {}
    for count in SERVICES:
        environment = f"many-{count}"
        declare(bench.project.folder / "stacks" / f"Pulumi.{environment}.yaml", count)
        took[count] = _render(bench, environment)
        detail = f"{took[count].cpu_seconds:.1f} s of processor time, {took[count].peak:.0f} MB at its peak"
        limit = Limit(20) if count == max(SERVICES) else None
        yield Figure(f"render of {count} services", (took[count].seconds,), limit=limit, detail=detail)
    few, more, most = SERVICES
    first, last = ((took[to].cpu_seconds - took[of].cpu_seconds) / (to - of) for of, to in ((few, more), (more, most)))
    detail = f"{1000 * last:.0f} ms against {1000 * first:.0f} ms of processor time for each"
    yield Figure("one more service, from 100 to 200 against 50 to 100", (last / first,), "x", Limit(1.5), detail=detail)


def _control_plane(bench: Bench) -> Iterator[Figure]:
    from tests.kube.control_plane import ControlPlane, kubectl, missing

    if lacking := missing():
        bench.say(f"left out: a control plane, of which {', '.join(lacking)} is missing; make test-kube builds it")
        return
    started, applied = [], []
    manifests = bench.project.folder / "prod"
    _render(bench, "prod", manifests)
    for number in range(1, bench.rounds + 1):
        bench.say(f"a control plane, round {number} of {bench.rounds}")
        with tempfile.TemporaryDirectory() as folder:
            plane = ControlPlane(Path(folder))
            try:
                started.append(timed(plane.start))
                if DEFINITIONS.is_dir():
                    kubectl(plane.kubeconfig, "apply", "--server-side", "-f", str(DEFINITIONS))
                    kubectl(plane.kubeconfig, "wait", "--for=condition=Established", "crd", "--all", "--timeout=60s")
                    apply = ("apply", "--server-side", "-f", str(manifests))
                    applied.append(timed(lambda: kubectl(plane.kubeconfig, *apply)))  # noqa: B023 - called at once
            finally:
                plane.stop()
    yield Figure("a control plane, until it is ready", tuple(started), limit=Limit(15))
    if applied:
        yield Figure("kubectl apply of prod on it", tuple(applied), limit=Limit(15))
    else:
        bench.say(f"left out: kubectl apply of prod, for the definitions of its resources are not in {DEFINITIONS}")


def _render(bench: Bench, environment: str, output: Path | None = None) -> Child:
    folder = bench.project.folder
    target = output or folder / "manifests" / environment
    command = [sys.executable, "-m", "scalewright", "render", environment, "-o", str(target)]
    return child.run(command, folder)


def declare(file: Path, count: int) -> None:
    """Write an environment of so many services, each with all that the shop's own has: database, outbox, autoscaler."""
    service: dict[str, Any] = {
        "app": "shop.orders.main:app",
        "uses": ["postgres", "redis"],
        "sends": ["orders"],
        "outbox": "shop.orders.relay",
        "database": {"size": 1, "overflow": 0},
        "scale": {"min": 1, "max": 2, "metrics": [{"type": "cpu", "utilization": 50}]},
    }
    backend = {
        "platform": "kubernetes",
        "image": "ghcr.io/acme/shop:1.4.0",
        "postgres": {"max_connections": 2000},
        "services": {f"s-{number}": {**service, "routes": [f"/s-{number}"]} for number in range(count)},
        "observability": {"availability": 99.9},
    }
    file.write_text(json.dumps({"config": {"scalewright:backend": backend}}))
