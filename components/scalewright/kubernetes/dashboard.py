"""A Grafana dashboard of a backend, generated from its parts. Pure.

https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model/
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from scalewright.declaration import Backend
from scalewright.kubernetes import names
from scalewright.kubernetes.alerts import bearable, waiting_tasks

WIDTH, HEIGHT, COLUMNS = 12, 8, 2


class Panel(NamedTuple):
    """One picture: a title, a unit of Grafana, and expressions of PromQL by what they are called."""

    title: str
    unit: str
    expressions: dict[str, str]


def dashboard(name: str, panels: Iterable[Panel]) -> str:
    """Return a dashboard as JSON; the same panels give the same text."""
    model: dict[str, Any] = {
        "title": name,
        "uid": name,
        "tags": ["scalewright"],
        "schemaVersion": 39,
        "refresh": "30s",
        "time": {"from": "now-3h", "to": "now"},
        "templating": {"list": [{"name": "datasource", "type": "datasource", "query": "prometheus"}]},
        "panels": [_panel(number, panel) for number, panel in enumerate(panels)],
    }
    return json.dumps(model, indent=2, sort_keys=True) + "\n"


def panels(backend: Backend, namespace: str) -> Iterator[Panel]:
    """Yield the pictures of all parts that a backend has."""
    for name, one in backend.services.items():
        yield from service(name, namespace, pooled="postgres" in one.uses)
    for name, each in backend.workers.items():
        yield from workers(names.worker(name), namespace, counted=bearable(each) is not None)
    if backend.postgres and not backend.postgres.external:
        yield from database(names.POSTGRES, namespace)


def service(name: str, namespace: str, *, pooled: bool) -> Sequence[Panel]:
    """Return what one wants to know of a service: rate, errors, duration, and its pool if it has one."""
    selector = f'namespace="{namespace}",service="{name}"'
    duration = f"sum by (le) (rate(http_request_duration_seconds_bucket{{{selector}}}[5m]))"
    return (
        Panel(
            f"{name}: requests",
            "reqps",
            {"{{status}}": f"sum by (status) (rate(http_requests_total{{{selector}}}[5m]))"},
        ),
        Panel(
            f"{name}: duration",
            "s",
            {f"p{share}": f"histogram_quantile(0.{share}, {duration})" for share in (50, 99)},
        ),
        _replicas(name, namespace),
        *(
            [
                Panel(
                    f"{name}: database connections in use",
                    "short",
                    {"{{pod}} {{server}}": f"database_pool_connections_in_use{{{selector}}}"},
                )
            ]
            if pooled
            else []
        ),
    )


def workers(name: str, namespace: str, *, counted: bool) -> Sequence[Panel]:
    """Return what one wants to know of workers: how many they are, and what waits for them if that is counted."""
    waiting = Panel(f"{name}: waiting tasks", "short", {"waiting": waiting_tasks(name, namespace)})
    return (*([waiting] if counted else []), _replicas(name, namespace))


def _replicas(deployment: str, namespace: str) -> Panel:
    selector = f'namespace="{namespace}",deployment="{deployment}"'
    return Panel(f"{deployment}: replicas", "short", {"replicas": f"kube_deployment_status_replicas{{{selector}}}"})


def database(cluster: str, namespace: str) -> Sequence[Panel]:
    """Return what one wants to know of the database: connections, and how far replicas are behind."""
    selector = f'namespace="{namespace}",pod=~"{cluster}-[0-9]+"'
    return (
        Panel("database: connections", "short", {"{{pod}}": f"sum by (pod) (cnpg_backends_total{{{selector}}})"}),
        Panel(
            "database: replication lag",
            "s",
            {"{{pod}}": f"max by (pod) (cnpg_pg_replication_lag{{{selector}}})"},
        ),
    )


def _panel(number: int, panel: Panel) -> dict[str, Any]:
    source = {"type": "prometheus", "uid": "${datasource}"}
    return {
        "id": number + 1,
        "type": "timeseries",
        "title": panel.title,
        "datasource": source,
        "gridPos": {
            "h": HEIGHT,
            "w": WIDTH,
            "x": number % COLUMNS * WIDTH,
            "y": number // COLUMNS * HEIGHT,
        },
        "fieldConfig": {"defaults": {"unit": panel.unit, "min": 0}, "overrides": []},
        "targets": [
            {"refId": chr(ord("A") + index), "expr": expression, "legendFormat": legend, "datasource": source}
            for index, (legend, expression) in enumerate(panel.expressions.items())
        ],
    }
