"""Alerts, generated from objectives and bounds of a declaration. Pure.

Burn rates follow the multi-window method of Google's Site Reliability Workbook, chapter 5:
https://sre.google/workbook/alerting-on-slos/#6-multiwindow-multi-burn-rate-alerts
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

Rule = dict[str, Any]


class Burn(NamedTuple):
    """How fast the error budget of 30 days may be spent over a long and a short window before somebody is told."""

    rate: float
    long: str
    short: str
    severity: str


#: The workbook's: 2 % of the budget in an hour, 5 % in six, 10 % in three days. The short window ends the alert soon.
BURNS = (
    Burn(14.4, "1h", "5m", "critical"),
    Burn(6, "6h", "30m", "critical"),
    Burn(1, "3d", "6h", "warning"),
)
#: The share of a bound from which on it is close.
CLOSE = 0.9


def availability(service: str, namespace: str, percent: float) -> Iterator[Rule]:
    """Yield the rules for a service that promises this percentage of requests without a server error."""
    budget = round(1 - percent / 100, 6)
    selector = f'namespace="{namespace}",service="{service}"'

    def failing(window: str) -> str:
        failed = f'sum(rate(http_requests_total{{{selector},status=~"5.."}}[{window}])) or vector(0)'
        return f"({failed}) / sum(rate(http_requests_total{{{selector}}}[{window}]))"

    for burn in BURNS:
        threshold = f"{burn.rate:g} * {budget:g}"
        yield _alert(
            f"{_title(service)}ErrorBudgetBurn",
            f"{failing(burn.long)} > {threshold} and {failing(burn.short)} > {threshold}",
            severity=burn.severity,
            summary=f"{service} spends its error budget {burn.rate:g} times as fast as {percent:g} % allows",
            window=burn.long,
        )


def latency(service: str, namespace: str, seconds: float) -> Rule:
    """Return the rule for a service that promises 99 of 100 requests within so many seconds."""
    buckets = f'http_request_duration_seconds_bucket{{namespace="{namespace}",service="{service}"}}'
    return _alert(
        f"{_title(service)}Slow",
        f"histogram_quantile(0.99, sum by (le) (rate({buckets}[5m]))) > {seconds:g}",
        severity="warning",
        lasting="10m",
        summary=f"one in a hundred requests to {service} takes longer than {seconds:g} s",
    )


def pool(service: str, namespace: str, size: int) -> Rule:
    """Return the rule for a service whose processes may hold so many connections each to a server."""
    used = f'max by (pod, server) (database_pool_connections_in_use{{namespace="{namespace}",service="{service}"}})'
    return _alert(
        f"{_title(service)}PoolSaturated",
        f"{used} > {CLOSE:g} * {size}",
        severity="warning",
        lasting="5m",
        summary=f"a replica of {service} has nearly all of its {size} database connections in use",
    )


def outbox(service: str, namespace: str) -> Rule:
    """Return the rule for a service whose outbox should be empty most of the time."""
    waiting = f'min_over_time(max(outbox_backlog_tasks{{namespace="{namespace}",service="{service}"}})[10m:])'
    return _alert(
        f"{_title(service)}OutboxStuck",
        f"{waiting} > 0",
        severity="critical",
        summary=f"the outbox of {service} was not empty for ten minutes: its relay or the broker is away",
    )


def backlog(workers: str, namespace: str, most: float) -> Rule:
    """Return the rule for workers who, all of them together, should face so many waiting tasks at the most."""
    scaled = f'scaledObject="{workers}",exported_namespace="{namespace}"'
    return _alert(
        f"{_title(workers)}Behind",
        f"min_over_time(sum(keda_scaler_metrics_value{{{scaled}}})[15m:]) > {most:g}",
        severity="warning",
        summary=f"more than {most:g} tasks wait for {workers} since a quarter of an hour, with every replica at work",
    )


def replication(cluster: str, namespace: str) -> Rule:
    """Return the rule for a database whose replicas should be seconds behind."""
    return _alert(
        "DatabaseReplicaBehind",
        f'max by (pod) (cnpg_pg_replication_lag{{namespace="{namespace}",pod=~"{cluster}-[0-9]+"}}) > 30',
        severity="warning",
        lasting="5m",
        summary="a replica of the database is more than 30 s behind its primary",
    )


def connections(cluster: str, namespace: str, most: int) -> Rule:
    """Return the rule for a database that accepts so many connections."""
    used = f'sum by (pod) (cnpg_backends_total{{namespace="{namespace}",pod=~"{cluster}-[0-9]+"}})'
    return _alert(
        "DatabaseConnectionsNearlyUsedUp",
        f"{used} > {CLOSE:g} * {most}",
        severity="critical",
        lasting="5m",
        summary=f"nearly all of the {most} connections of a database instance are in use",
    )


def _alert(name: str, expression: str, *, severity: str, summary: str, lasting: str = "", window: str = "") -> Rule:
    labels = {"severity": severity, **({"window": window} if window else {})}
    rule = {"alert": name, "expr": expression, "labels": labels, "annotations": {"summary": summary}}
    return {**rule, "for": lasting} if lasting else rule


def _title(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("-"))
