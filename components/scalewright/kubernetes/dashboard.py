"""A Grafana dashboard of a backend, generated from its parts. Pure.

https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model/
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

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


def service(name: str, namespace: str) -> Sequence[Panel]:
    """Return what one wants to know of a service: rate, errors, duration, and its pool."""
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
        Panel(
            f"{name}: replicas",
            "short",
            {"{{deployment}}": f'kube_deployment_status_replicas{{namespace="{namespace}",deployment="{name}"}}'},
        ),
        Panel(
            f"{name}: database connections in use",
            "short",
            {"{{pod}} {{server}}": f"database_pool_connections_in_use{{{selector}}}"},
        ),
    )


def workers(name: str, namespace: str) -> Sequence[Panel]:
    """Return what one wants to know of workers: what waits for them, and how many they are."""
    scaled = f'scaledObject="{name}",exported_namespace="{namespace}"'
    return (
        Panel(f"{name}: waiting tasks", "short", {"waiting": f"sum(keda_scaler_metrics_value{{{scaled}}})"}),
        Panel(
            f"{name}: replicas",
            "short",
            {"{{deployment}}": f'kube_deployment_status_replicas{{namespace="{namespace}",deployment="{name}"}}'},
        ),
    )


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
