"""Prometheus metrics of a service: requests, pool, outbox.

Several processes of one replica share their figures by files in `METRICS_DIR`, and any of them answers a scrape.
prometheus_client decides on that by an environment variable when it is imported, hence the order here.
https://prometheus.github.io/client_python/multiprocess/
"""

import os
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

if metrics_dir := os.environ.get("METRICS_DIR"):
    Path(metrics_dir).mkdir(parents=True, exist_ok=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = metrics_dir

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LABELS = ("method", "route", "status")
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

REQUESTS = Counter("http_requests_total", "Requests answered.", LABELS)
LATENCY = Histogram(
    "http_request_duration_seconds",
    "Time to the end of the answer.",
    LABELS,
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0),
)
POOL_IN_USE = Gauge(
    "database_pool_connections_in_use", "Connections taken from the pool.", ("server",), multiprocess_mode="livesum"
)


class RequestMetrics:
    """ASGI middleware that counts and times requests.

    Labels are bounded: a route is its template, and what matches none is `unmatched`.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._children: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and record its answer; a request that raised was answered 500."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 500

        async def observe(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        started = time.perf_counter()
        try:
            await self._app(scope, receive, observe)
        finally:
            self._record(scope, status, time.perf_counter() - started)

    def _record(self, scope: Scope, status: int, seconds: float) -> None:
        method = scope["method"] if scope["method"] in METHODS else "other"
        key = (method, getattr(scope.get("route"), "path", "unmatched"), status)
        children = self._children.get(key)
        if children is None:
            labels = dict(zip(LABELS, map(str, key), strict=True))
            children = self._children[key] = (REQUESTS.labels(**labels), LATENCY.labels(**labels))
        requests, latency = children
        requests.inc()
        latency.observe(seconds)


def forget_dead_processes() -> None:
    """Drop the live gauges of processes that ended, whichever way."""
    if metrics_dir:
        for file in Path(metrics_dir).glob("gauge_live*.db"):
            pid = int(file.stem.rpartition("_")[2])
            if pid == os.getpid() or not _is_alive(pid):
                mark_process_dead(pid)  # type: ignore[no-untyped-call]


def exposition(figures: Mapping[str, float]) -> bytes:
    """Everything recorded, and `figures` read for this scrape (gauges by name), in Prometheus' text format."""
    registry = CollectorRegistry()
    registry.register(_Figures(figures))
    if metrics_dir:
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return generate_latest(registry)
    return generate_latest(registry) + generate_latest(REGISTRY)


class _Figures(Collector):
    def __init__(self, figures: Mapping[str, float]) -> None:
        self._figures = figures

    def collect(self) -> Iterator[GaugeMetricFamily]:
        for name, value in self._figures.items():
            yield GaugeMetricFamily(name, f"{name.replace('_', ' ').capitalize()}.", value)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
