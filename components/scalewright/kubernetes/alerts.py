"""Alerts, generated from objectives and bounds of a declaration. Pure.

Burn rates follow the multi-window method of Google's Site Reliability Workbook, chapter 5:
https://sre.google/workbook/alerting-on-slos/#6-multiwindow-multi-burn-rate-alerts

Metrics of services are those of docs/environment.md; others are the operators': CloudNativePG's default queries
(https://cloudnative-pg.io/docs/current/monitoring), its poolers' (https://cloudnative-pg.io/docs/current/connection_pooling),
and KEDA's (https://keda.sh/docs/latest/integrations/prometheus/), whose own label `namespace` the scrape renames.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from scalewright.declaration import Backend, Backlog, Service, Workers
from scalewright.kubernetes import names, postgres_pooler

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
PERIOD = "30d"
#: Seconds in an outbox after which a task is not merely late: a failover of the broker takes a minute.
STUCK = 600


def rules(backend: Backend, namespace: str) -> Iterator[Rule]:
    """Yield the rules of all parts that a backend has, as far as it promises or bounds something.

    Each alert is labelled with the namespace, by which an AlertmanagerConfig there is asked for.
    """
    for rule in _rules(backend, namespace):
        yield {**rule, "labels": {**rule["labels"], "namespace": namespace}}


def _rules(backend: Backend, namespace: str) -> Iterator[Rule]:
    for name, service in backend.services.items():
        yield from _of_service(backend, name, service, namespace)
    for name, workers in backend.workers.items():
        if most := bearable(workers):
            yield backlog(names.worker(name), namespace, most)
    postgres = backend.postgres
    if postgres is None or postgres.external:
        return
    yield connections(names.POSTGRES, namespace, postgres.max_connections)
    if postgres.instances > 1:
        yield replication(names.POSTGRES, namespace)
    if postgres.backups:
        yield archive(names.POSTGRES, namespace)
    if postgres.pooler:
        for pooler in postgres_pooler.poolers(names.POSTGRES, {"replicas": postgres.pooler.replicas}).values():
            yield waiting(pooler, namespace)


def bearable(workers: Workers) -> float | None:
    """Return how many tasks may wait in a queue for all replicas that there can be; None where nothing says so."""
    per_replica = [one.per_replica for one in workers.scale.metrics if isinstance(one, Backlog)]
    is_scaled = workers.scale.max > workers.scale.min
    return per_replica[0] * workers.scale.max if per_replica and is_scaled else None


def _of_service(backend: Backend, name: str, service: Service, namespace: str) -> Iterator[Rule]:
    promised = backend.observability
    if promised and promised.availability:
        yield from availability(name, namespace, promised.availability)
    if promised and promised.latency:
        yield latency(name, namespace, promised.latency.seconds)
    if service.database:
        pool_size = service.database.size + service.database.overflow
        yield pool(name, namespace, service.processes * pool_size)
    if service.outbox:
        yield outbox(name, namespace)


def availability(service: str, namespace: str, percent: float) -> Iterator[Rule]:
    """Yield the rules for a service that promises this percentage of requests without a server error.

    A budget so large that no share of failures could spend it that fast has no such rule.
    """
    budget = round(1 - percent / 100, 6)
    selector = f'namespace="{namespace}",service="{service}"'

    def failing(window: str) -> str:
        failed = f'sum(rate(http_requests_total{{{selector},status=~"5.."}}[{window}])) or vector(0)'
        return f"({failed}) / sum(rate(http_requests_total{{{selector}}}[{window}]))"

    for burn in BURNS:
        if burn.rate * budget >= 1:
            continue
        threshold = f"{burn.rate:g} * {budget:g}"
        yield _alert(
            f"{_title(service)}ErrorBudgetBurn",
            f"{failing(burn.long)} > {threshold} and {failing(burn.short)} > {threshold}",
            severity=burn.severity,
            summary=f"{service} fails {burn.rate:g} times as often as {percent:g} % over {PERIOD} allow",
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
    """Return the rule for a service each replica of which may hold so many connections to a server."""
    used = f'max by (pod, server) (database_pool_connections_in_use{{namespace="{namespace}",service="{service}"}})'
    return _alert(
        f"{_title(service)}PoolSaturated",
        f"{used} > {CLOSE:g} * {size}",
        severity="warning",
        lasting="5m",
        summary=f"a replica of {service} has nearly all of its {size} database connections in use",
    )


def outbox(service: str, namespace: str) -> Rule:
    """Return the rule for a service whose tasks should leave its outbox within moments."""
    return _alert(
        f"{_title(service)}OutboxStuck",
        f'max(outbox_oldest_seconds{{namespace="{namespace}",service="{service}"}}) > {STUCK}',
        severity="critical",
        summary=f"a task waits in the outbox of {service} for longer than {STUCK} s: its relay or the broker is away",
    )


def backlog(workers: str, namespace: str, most: float) -> Rule:
    """Return the rule for workers who, all of them together, can face so many waiting tasks of a queue."""
    return _alert(
        f"{_title(workers)}Behind",
        f"min_over_time({waiting_tasks(workers, namespace)}[15m:]) > {most:g}",
        severity="warning",
        summary=f"more than {most:g} tasks wait for {workers} since a quarter of an hour, with every replica at work",
    )


def waiting_tasks(workers: str, namespace: str) -> str:
    """Return the expression for how long the longest queue of these workers is, as KEDA sees it."""
    # Other triggers of the same object, such as schedules, count no tasks.
    scaled = f'exported_namespace="{namespace}",scaledObject="{workers}",metric=~"s[0-9]+-redis-.+"'
    return f"max(keda_scaler_metrics_value{{{scaled}}})"


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


def archive(cluster: str, namespace: str) -> Rule:
    """Return the rule for a database whose write-ahead log is archived: what is not could not be restored."""
    selector = f'{{namespace="{namespace}",pod=~"{cluster}-[0-9]+"}}'
    failed, archived = (f"cnpg_pg_stat_archiver_{one}_time{selector}" for one in ("last_failed", "last_archived"))
    return _alert(
        "DatabaseArchiveFailing",
        f"{failed} > {archived}",
        severity="critical",
        lasting="15m",
        summary="the database's write-ahead log reaches its archive no more: backups end there, and its disk fills",
    )


def waiting(pooler: str, namespace: str) -> Rule:
    """Return the rule for a pooler whose clients should hardly ever wait for a connection."""
    clients = f'sum by (pod) (cnpg_pgbouncer_pools_cl_waiting{{namespace="{namespace}",pod=~"{pooler}-.+"}})'
    return _alert(
        f"{_title(pooler)}Saturated",
        f"min_over_time({clients}[5m:]) > 0",
        severity="warning",
        summary=f"clients of {pooler} wait since five minutes: its pool is too small, or statements take too long",
    )


def _alert(name: str, expression: str, *, severity: str, summary: str, lasting: str = "", window: str = "") -> Rule:
    labels = {"severity": severity, **({"window": window} if window else {})}
    rule = {"alert": name, "expr": expression, "labels": labels, "annotations": {"summary": summary}}
    return {**rule, "for": lasting} if lasting else rule


def _title(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("-"))
