"""Alerts and pictures: PromQL that parses, of metrics that exist, with the arithmetic of burn rates."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from tests.kubernetes.plans import ROOT

from scalewright.declaration import (
    Backend,
    Backlog,
    Backups,
    Cpu,
    Duration,
    Gateway,
    Observability,
    Pool,
    Pooler,
    Postgres,
    Redis,
    Scale,
    Service,
    Workers,
)
from scalewright.kubernetes import alerts, dashboard

if TYPE_CHECKING:
    from collections.abc import Iterator

#: What operators and the cluster serve: CloudNativePG's default-monitoring ConfigMap, its poolers' exporter, KEDA's
#: pkg/metricscollector/prommetrics.go, kube-state-metrics' docs/metrics/workload/deployment-metrics.md.
OF_OTHERS = {
    "cnpg_backends_total",
    "cnpg_pg_replication_lag",
    "cnpg_pg_stat_archiver_last_archived_time",
    "cnpg_pg_stat_archiver_last_failed_time",
    "cnpg_pgbouncer_pools_cl_waiting",
    "keda_scaler_metrics_value",
    "kube_deployment_status_replicas",
}
SERVICE: dict[str, Any] = {"app": "a:b", "routes": ["/"]}
PLAIN = Service(**SERVICE)
FULL = Backend(
    name="shop",
    postgres=Postgres(
        instances=3,
        max_connections=200,
        pooler=Pooler(instances=2, replicas=True),
        backups=Backups(destination="s3://shop-backups", secret="s"),
    ),
    redis=Redis(),
    services={
        "orders": Service(
            **SERVICE,
            uses=["postgres", "redis"],
            sends=["orders"],
            outbox="shop.relay",
            processes=3,
            database=Pool(size=4, overflow=2),
        )
    },
    workers={
        "orders": Workers(app="a:b", queues=["orders"], scale=Scale(min=1, max=6, metrics=[Backlog(per_replica=50)]))
    },
    gateway=Gateway(),
    observability=Observability(availability=99.9, latency=Duration("300ms")),
)


def bare(**changes: Any) -> Backend:
    parts: dict[str, Any] = {"name": "shop", "services": {"web": PLAIN}, "gateway": Gateway()}
    return Backend(**parts | changes)


def rules(backend: Backend) -> dict[tuple[str, str], str]:
    """Return the expressions by alert and window."""
    found = list(alerts.rules(backend, "shop-prod"))
    by_name = {(one["alert"], one["labels"].get("window", "")): one["expr"] for one in found}
    assert len(by_name) == len(found)
    return by_name


def expressions() -> Iterator[str]:
    yield from rules(FULL).values()
    for panel in dashboard.panels(FULL, "shop-prod"):
        yield from panel.expressions.values()


def seconds(window: str) -> float:
    return float(window[:-1]) * {"m": 60, "h": 3600, "d": 86400}[window[-1]]


def test_a_burn_spends_the_share_of_the_budget_that_the_workbook_gives() -> None:
    shares = [burn.rate * seconds(burn.long) / seconds(alerts.PERIOD) for burn in alerts.BURNS]
    assert shares == pytest.approx([0.02, 0.05, 0.10])
    assert [seconds(burn.long) / seconds(burn.short) for burn in alerts.BURNS] == [12, 12, 12]


@pytest.mark.parametrize(("percent", "budget"), [(99.9, 0.001), (99.95, 0.0005), (99.5, 0.005)])
def test_thresholds_are_the_rate_times_the_budget(percent: float, budget: float) -> None:
    for burn, rule in zip(alerts.BURNS, alerts.availability("orders", "ours", percent), strict=True):
        long, short = re.findall(r"> ([\d.]+) \* ([\d.e-]+)", rule["expr"])
        assert long == short
        assert float(long[0]) * float(long[1]) == pytest.approx(burn.rate * budget)
        assert rule["labels"] == {"severity": burn.severity, "window": burn.long}


def test_a_budget_that_cannot_be_spent_so_fast_has_no_rule_that_never_fires() -> None:
    assert [rule["labels"]["window"] for rule in alerts.availability("orders", "ours", 95)] == ["1h", "6h", "3d"]
    assert [rule["labels"]["window"] for rule in alerts.availability("orders", "ours", 90)] == ["6h", "3d"]
    assert [rule["labels"]["window"] for rule in alerts.availability("orders", "ours", 60)] == ["3d"]


def test_every_expression_is_promql() -> None:
    promql_parser = pytest.importorskip("promql_parser")
    found = list(expressions())
    assert len(found) > 15
    for one in found:
        promql_parser.parse(one)


def test_the_parser_refuses_what_is_none() -> None:
    promql_parser = pytest.importorskip("promql_parser")
    with pytest.raises(ValueError, match=r"unclosed|unexpected|invalid"):
        promql_parser.parse("sum(rate(http_requests_total[5m])")


def metrics(tree: Any) -> set[str]:
    """Return the names of the metrics in an expression."""
    parts = (getattr(tree, name, None) for name in ("expr", "lhs", "rhs", "param"))
    below = [*parts, *getattr(tree, "args", ()), getattr(tree, "vector_selector", None)]
    own = {tree.name} if type(tree).__name__ == "VectorSelector" else set()
    return own.union(*(metrics(one) for one in below if one is not None and not isinstance(one, str)))


def test_every_metric_is_one_that_somebody_serves() -> None:
    promql_parser = pytest.importorskip("promql_parser")
    telemetry = (ROOT / "app" / "shop" / "kit" / "telemetry.py").read_text()
    probes = (ROOT / "app" / "shop" / "kit" / "probes.py").read_text()
    ours = {*re.findall(r'\w+ = (?:Counter|Gauge|Histogram)\(\s*"(\w+)"', telemetry)}
    ours |= {f"{one}_bucket" for one in ours} | set(re.findall(r'"(outbox_\w+)": float', probes))
    assert {"http_requests_total", "database_pool_connections_in_use", "outbox_oldest_seconds"} <= ours
    used = set().union(*(metrics(promql_parser.parse(one)) for one in expressions()))
    assert used - ours - OF_OTHERS == set()
    assert OF_OTHERS - used == set()


def test_labels_of_requests_are_those_that_the_service_counts_by() -> None:
    page = (ROOT / "docs" / "environment.md").read_text()
    for one in (
        "http_requests_total",
        "http_request_duration_seconds",
        "database_pool_connections_in_use",
        "outbox_oldest_seconds",
    ):
        assert f"`{one}`" in page, one


def test_each_bound_is_the_declared_one() -> None:
    found = rules(FULL)
    assert found["OrdersPoolSaturated", ""].endswith("> 0.9 * 18")  # three processes of 4 + 2
    assert found["DatabaseConnectionsNearlyUsedUp", ""].endswith("> 0.9 * 200")
    assert found["OrdersWorkerBehind", ""].endswith("[15m:]) > 300")  # six replicas of 50
    assert found["OrdersSlow", ""].endswith("> 0.3")
    assert found["OrdersOutboxStuck", ""].startswith("max(outbox_oldest_seconds{")
    assert 'scaledObject="orders-worker"' in found["OrdersWorkerBehind", ""]
    assert 'exported_namespace="shop-prod"' in found["OrdersWorkerBehind", ""]


def test_there_are_rules_only_for_what_there_is() -> None:
    assert rules(bare()) == {}
    assert rules(bare(observability=Observability())) == {}
    assert {name for name, _ in rules(bare(observability=Observability(availability=99)))} == {"WebErrorBudgetBurn"}
    assert {name for name, _ in rules(bare(postgres=Postgres()))} == {"DatabaseConnectionsNearlyUsedUp"}
    assert {name for name, _ in rules(FULL)} == {
        "OrdersErrorBudgetBurn",
        "OrdersSlow",
        "OrdersPoolSaturated",
        "OrdersOutboxStuck",
        "OrdersWorkerBehind",
        "DatabaseConnectionsNearlyUsedUp",
        "DatabaseReplicaBehind",
        "DatabaseArchiveFailing",
        "PostgresPoolerRwSaturated",
        "PostgresPoolerRoSaturated",
    }


def test_workers_whose_number_nothing_moves_are_behind_no_bound() -> None:
    still = Workers(app="a:b", queues=["orders"], scale=Scale(min=2, max=2, metrics=[Backlog(per_replica=5)]))
    by_load = Workers(app="a:b", queues=["orders"], scale=Scale(min=1, max=2, metrics=[Cpu(50)]))
    assert (alerts.bearable(still), alerts.bearable(by_load)) == (None, None)


def test_every_rule_tells_what_it_means_and_how_bad_it_is() -> None:
    for one in alerts.rules(FULL, "shop-prod"):
        assert one["labels"]["severity"] in {"critical", "warning"}
        assert one["labels"]["namespace"] == "shop-prod"
        assert one["annotations"]["summary"][0].islower()
        assert "shop-prod" in one["expr"]


def test_the_dashboard_shows_every_part_and_only_what_there_is() -> None:
    def titles(backend: Backend) -> list[str]:
        model = json.loads(dashboard.dashboard("shop", dashboard.panels(backend, "shop-prod")))
        places = [tuple(one["gridPos"].values()) for one in model["panels"]]
        assert len(set(places)) == len(places)
        return [one["title"] for one in model["panels"]]

    assert titles(FULL) == [
        "orders: requests",
        "orders: duration",
        "orders: replicas",
        "orders: database connections in use",
        "orders-worker: waiting tasks",
        "orders-worker: replicas",
        "database: connections",
        "database: replication lag",
    ]
    assert titles(bare()) == ["web: requests", "web: duration", "web: replicas"]
