"""Connections to PostgreSQL against what each server accepts, directly and through poolers. Pure.

Counted are client connections at the most replicas, with what a rolling update adds. Those of replication are not:
since PostgreSQL 12 they have slots of their own (`max_wal_senders`). Pods that drain are not counted a second time:
they give their connections back as their requests end. Where several servers answer one name, it is assumed that

- of replicas, each alone must take all readers: the others may be away, or not yet replayed;
- of poolers, all but one share the clients: one may be away.

https://www.postgresql.org/docs/current/runtime-config-connection.html, https://www.pgbouncer.org/config.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright.autoscaling.capacity import Account, Line
from scalewright.autoscaling.remedies import judged
from scalewright.plan.capacity import clients, poolers
from scalewright.plan.capacity.asked import Asked, Server, is_ours, unknown
from scalewright.plan.capacity.hosts import Target, target
from scalewright.plan.capacity.workloads import whole
from scalewright.plan.policy.objects import listed
from scalewright.plan.policy.pods import pod
from scalewright.plan.policy.subject import get, items, mapping

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scalewright.autoscaling.capacity import Budget
    from scalewright.plan.capacity.clients import Client
    from scalewright.plan.policy.objects import Objects
    from scalewright.plan.policy.subject import Subject

#: Defaults of PostgreSQL.
MAX_CONNECTIONS, SUPERUSER_RESERVED = 100, 3
#: What CloudNativePG's instance manager and its metrics exporter open at most to one database (`SetMaxOpenConns` in
#: pkg/management/postgres/pool/pool.go), what a replica asks its primary about slots, and what takes a backup.
MANAGER = EXPORTER = 3
LOOK, BACKUP = 1, 1


@listed
def budgets(objects: Objects) -> Iterator[Budget]:
    """Yield the connections of every PostgreSQL, and the clients of every pooler, among the objects."""
    asked = _asked(objects)
    for one in asked.values():
        if one.subject.kind == "Pooler":
            yield judged(poolers.account(one))
    for cluster in objects.of("Cluster", "postgresql.cnpg.io"):
        for role in ("rw", "ro"):
            if account := _of_cluster(objects, cluster, role, asked):
                pooler = poolers.added(account, ours=is_ours(cluster)) if role == "rw" else None
                yield judged(account, *((pooler,) if pooler else ()))
    for one in asked.values():
        if one.subject.kind not in {"Pooler", "Cluster"}:
            account = _of_pods(one)
            pooler = poolers.added(account, ours=False)
            yield judged(account, *((pooler,) if pooler else ()))


def strangers(objects: Objects) -> Iterator[tuple[Client, str]]:
    """Yield who connects to what is not among the objects, with the host; empty where not even that is known."""
    for client in clients.of_postgres(objects):
        namespace = client.workload.subject.namespace
        for host in dict.fromkeys(one.host for one in client.addresses):
            if not host or target(objects, host, namespace) is None:
                yield client, host


def _asked(objects: Objects) -> Mapping[Server, Asked]:
    found: dict[Server, Asked] = {}
    for client in clients.of_postgres(objects):
        namespace = client.workload.subject.namespace
        hosts = dict.fromkeys(one.host for one in client.addresses if one.host)
        targets = [one for host in hosts if (one := target(objects, host, namespace))]
        for server, subject in {server: one.subject for one in targets for server in _servers(one)}.items():
            found.setdefault(server, Asked(subject, server.role, [])).clients.append(client)
    return found


def _servers(one: Target) -> Iterator[Server]:
    """Yield the servers that a name may lead to: that of all instances leads to the primary, too."""
    for role in ("rw", "ro") if one.role == "r" else (one.role,):
        yield Server(one.subject.identity, role)


def _of_cluster(objects: Objects, cluster: Subject, role: str, asked: Mapping[Server, Asked]) -> Account | None:
    """Return what is asked of the primary, or of each replica; None where there is none of those."""
    instances = whole(cluster.spec.get("instances"), 1)
    found = asked.get(Server(cluster.identity, role))
    pools = [
        poolers.holder(one, asked.get(Server(one.identity, "")))
        for one in objects.of("Pooler", namespace=cluster.namespace)
        if get(one.manifest, "spec.cluster.name") == cluster.name
        if one.spec.get("type", "rw") == role
    ]
    if role == "ro" and (instances < 2 or not (found or pools)):
        return None
    parameters = mapping(get(cluster.manifest, "spec.postgresql.parameters"))
    direct = found.clients if found else []
    ours = is_ours(cluster)
    path = "spec.postgresql.parameters.max_connections"
    declared = "max_connections" in parameters
    return Account(
        name=f"{'primary' if role == 'rw' else 'each replica'} of Cluster {cluster.name}",
        unit="connections",
        bound=whole(parameters.get("max_connections"), MAX_CONNECTIONS),
        bound_from=f"max_connections of Cluster {cluster.name}" + ("" if declared else ", PostgreSQL's default"),
        bound_knob="postgres.max_connections" if ours else f"max_connections of Cluster {cluster.name}",
        holders=(*(one.holder for one in direct if one.holder), *pools),
        fixed=(*_reserved(parameters), *_operator(cluster, instances, role)),
        unknown=unknown(direct),
        owner=tuple(cluster.identity),
        path=path,
    )


def _reserved(parameters: Mapping[str, object]) -> Iterator[Line]:
    kept = whole(parameters.get("superuser_reserved_connections"), SUPERUSER_RESERVED)
    yield Line.product("reserved for superusers", ("superuser_reserved_connections", kept))
    if more := whole(parameters.get("reserved_connections"), 0):
        yield Line.product("reserved", ("reserved_connections", more))


def _operator(cluster: Subject, instances: int, role: str) -> Iterator[Line]:
    """Yield what CloudNativePG takes itself; replication has slots of its own."""
    yield Line.product("CloudNativePG's instance manager", ("connections", MANAGER))
    yield Line.product("CloudNativePG's metrics exporter", ("connections", EXPORTER))
    if role == "rw" and instances > 1:
        yield Line.product("CloudNativePG, looking at slots", ("replicas", instances - 1), ("each", LOOK))
    if items(cluster.spec.get("plugins")) or mapping(cluster.spec.get("backup")):
        yield Line.product("a backup", ("connections", BACKUP))


def _of_pods(one: Asked) -> Account:
    """Return what is asked of a PostgreSQL that is no Cluster: a StatefulSet or a Deployment, such as a chart makes."""
    subject = one.subject
    made = pod(subject)
    containers = list(made.main()) if made else []
    told = [found for each in containers for found in _told(each.arguments, each.env)]
    return Account(
        name=f"PostgreSQL in {subject.kind} {subject.name}",
        unit="connections",
        bound=told[0] if told else MAX_CONNECTIONS,
        bound_from=f"max_connections of {subject.kind} {subject.name}" + ("" if told else ", PostgreSQL's default"),
        bound_knob=f"max_connections of {subject.kind} {subject.name}",
        holders=tuple(client.holder for client in one.clients if client.holder),
        fixed=tuple(_reserved({})),
        unknown=unknown(one.clients),
        owner=tuple(subject.identity),
        path="spec.template.spec.containers",
    )


def _told(arguments: list[str], variables: Mapping[str, str]) -> Iterator[int]:
    """Yield what a server is told: ``-c max_connections=300``, or the variable of a common image."""
    for word in arguments:
        name, _, value = word.removeprefix("-c").removeprefix("--").strip().partition("=")
        if name.replace("-", "_") == "max_connections" and (found := whole(value, 0)):
            yield found
    if found := whole(variables.get("POSTGRESQL_MAX_CONNECTIONS"), 0):
        yield found
