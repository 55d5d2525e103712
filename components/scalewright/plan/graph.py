"""From a declaration to the graph of its nouns: how far each may scale, and what each does with the others. Pure.

What the platform has no use for is left out, as `declaration/platforms.py` has it: one machine has no second Redis for
the cache, whatever `backend.py` says for the others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from scalewright.declaration import Backlog, Cpu, Memory, Requests, Schedule, Service
from scalewright.plan.nodes import Edge, Graph, Node

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scalewright.declaration import Backend, Events, Metric, Observability, Postgres, Redis, Scale, Workers

    Part = Service | Workers

LISTED = 4
"""How many names of a list are worth their room."""


def graph(backend: Backend, environment: str) -> Graph:
    """Draw up the graph of a backend; the same declaration always gives the same, in the same order."""
    found = list(_found(backend, is_local=backend.platform == "local"))
    nodes = tuple(one for one in found if isinstance(one, Node))
    edges = _merged(one for one in found if isinstance(one, Edge))
    return Graph(
        backend=backend.name, environment=environment, platform=backend.platform, nodes=nodes, edges=tuple(edges)
    )


def _found(backend: Backend, *, is_local: bool) -> Iterator[Node | Edge]:
    yield from _of_gateway(backend, is_local=is_local)
    for name, service in backend.services.items():
        yield from _of_service(backend, name, service)
    for name, workers in backend.workers.items():
        yield from _of_workers(backend, name, workers)
    if backend.postgres:
        yield from _of_postgres(backend.postgres, is_local=is_local)
    if backend.redis:
        yield from _of_redis(backend, backend.redis, is_local=is_local)
    if backend.events and backend.events.engine == "kafka":
        yield _kafka(backend.events)
    if store := backend.object_store:
        where = () if is_local else (urlsplit(store.endpoint or "").netloc,)
        details = (*where, *_several("bucket", store.buckets))
        yield _node("object_store", "store", "object store", "S3", details=details, external=not is_local)
    if backend.observability and backend.observability.metrics and not is_local:
        yield from _of_observability(backend, backend.observability)


def _node(name: str, kind: str, title: str, caption: str, **more: Any) -> Node:
    return Node.model_validate({"name": name, "kind": kind, "title": title, "caption": caption, **more})


def _edge(source: str, target: str, *does: str, watches: bool = False) -> Edge:
    return Edge(source=source, target=target, does=does, watches=watches)


def _merged(edges: Iterable[Edge]) -> list[Edge]:
    """Make one edge of all between the same two."""
    merged: dict[tuple[str, str], Edge] = {}
    for edge in edges:
        ends = edge.source, edge.target
        known = merged.get(ends)
        does = dict.fromkeys((*known.does, *edge.does)) if known else edge.does
        merged[ends] = edge.model_copy(update={"does": tuple(does)})
    return list(merged.values())


def _of_gateway(backend: Backend, *, is_local: bool) -> Iterator[Node | Edge]:
    gateway = backend.gateway
    if gateway is None:
        return
    protocol = "HTTPS" if gateway.tls else "HTTP"
    limit = gateway.rate_limit
    details = (
        f"port {gateway.port}" if is_local else gateway.hostname or "any name",
        f"{limit.average} requests/{_period(str(limit.period))} each" if limit else "",
    )
    yield _node("clients", "outside", "clients", "outside", external=True)
    yield _node("gateway", "way in", "gateway", "Traefik", details=tuple(filter(None, details)))
    yield _edge("clients", "gateway", protocol)
    for name, service in backend.services.items():
        yield _edge("gateway", f"services.{name}", *_few(service.routes))


def _of_service(backend: Backend, name: str, service: Service) -> Iterator[Node | Edge]:
    node = f"services.{name}"
    yield _node(node, "application", name, "service", **_scale(backend, service.scale))
    sender = node
    if service.outbox:
        sender = f"{node}.outbox"
        yield _node(sender, "application", f"{name}-relay", "outbox relay", fewest=1, most=1)
        yield _edge(sender, _primary(backend), "reads the outbox")
    yield from _uses(backend, node, service)
    if service.sends:
        yield _edge(sender, "redis", f"sends {', '.join(_few(service.sends))}")


def _of_workers(backend: Backend, name: str, workers: Workers) -> Iterator[Node | Edge]:
    node = f"workers.{name}"
    tasks = (f"{workers.concurrency} tasks at once each",) if workers.concurrency > 1 else ()
    yield _node(node, "application", name, "workers", **_scale(backend, workers.scale), details=tasks)
    yield from _uses(backend, node, workers)
    yield _edge(node, "redis", f"takes {', '.join(_few(workers.queues))}")
    if workers.beat:
        beat = f"{node}.beat"
        yield _node(beat, "application", f"{name}-beat", "Celery beat", fewest=1, most=1)
        yield _edge(beat, "redis", "sends what is due")


def _uses(backend: Backend, node: str, part: Part) -> Iterator[Edge]:
    """Yield what a part does with those that it is given access to."""
    postgres, redis, events = backend.postgres, backend.redis, backend.events
    if "postgres" in part.uses and postgres:
        reads = postgres.has_replicas and not (part.database and part.database.reads == "primary")
        yield _edge(node, _primary(backend), "writes" if reads else "reads and writes")
        if reads:
            pooled = postgres.pooler and postgres.pooler.replicas
            yield _edge(node, "postgres.pooler.replicas" if pooled else "postgres.replicas", "reads")
    if "redis" in part.uses and redis:
        yield _edge(node, "redis.cache" if _has_cache(backend, redis) else "redis", "caches")
    if "events" in part.uses and events:
        yield _edge(node, "events" if events.engine == "kafka" else "redis", "writes and reads events")
    if "object_store" in part.uses:
        yield _edge(node, "object_store", "keeps files")


def _primary(backend: Backend) -> str:
    """Return what takes writes for the primary."""
    return "postgres.pooler" if backend.postgres and backend.postgres.pooler else "postgres"


def _of_postgres(postgres: Postgres, *, is_local: bool) -> Iterator[Node | Edge]:
    if postgres.migrations:
        yield _node("postgres.migrations", "job", "migrations", "Alembic", details=("before any service",))
        yield _edge("postgres.migrations", "postgres", "changes tables")
    if postgres.seed:
        yield _node("postgres.seed", "job", "seed", "example rows", details=("once, after the migrations",))
        yield _edge("postgres.seed", "postgres", "fills in rows")
    if postgres.pooler:
        yield from _of_poolers(postgres)
    if external := postgres.external:
        caption = "PostgreSQL, external"
        details = _few([external.primary])
        yield _node("postgres", "store", "postgres", caption, details=details, external=True)
        if external.replicas:
            details = _few(external.replicas)
            yield _node("postgres.replicas", "copy", "replicas", caption, details=details, external=True)
        return
    disk = () if is_local else (f"{postgres.storage} of disk each",)
    counted = {"fewest": 1, "most": 1, "unit": "primary", "details": disk}
    yield _node("postgres", "store", "postgres", "PostgreSQL", **counted)
    if postgres.instances > 1:
        more = postgres.instances - 1
        yield _node("postgres.replicas", "copy", "replicas", "PostgreSQL", fewest=more, most=more, details=disk)
        waits = {"required": "and waits for one", "preferred": "and waits, if one is there"}
        wait = None if is_local else postgres.synchronous
        yield _edge("postgres", "postgres.replicas", "streams its log", *([waits[wait]] if wait else []))
    if postgres.backups and not is_local:
        kept = (postgres.backups.destination, f"kept for {postgres.backups.retention}")
        yield _node("postgres.backups", "copy", "backups", "S3", details=kept, external=True)
        yield _edge("postgres", "postgres.backups", "archives its log")


def _of_poolers(postgres: Postgres) -> Iterator[Node | Edge]:
    pooler = postgres.pooler
    if pooler is None:
        return
    counted = {"fewest": pooler.instances, "most": pooler.instances, "unit": "instance"}
    held = (f"{pooler.pool_size} connections each",)
    yield _node("postgres.pooler", "guard", "pooler", "PgBouncer", **counted, details=held)
    yield _edge("postgres.pooler", "postgres", "passes on")
    if pooler.replicas:
        yield _node("postgres.pooler.replicas", "guard", "pooler of replicas", "PgBouncer", **counted, details=held)
        yield _edge("postgres.pooler.replicas", "postgres.replicas", "passes on")


def _has_cache(backend: Backend, redis: Redis) -> bool:
    return redis.cache is not None and backend.platform != "local"


def _of_redis(backend: Backend, redis: Redis, *, is_local: bool) -> Iterator[Node | Edge]:
    queues = any(service.sends for service in backend.services.values()) or bool(backend.workers)
    roles = [*(["broker"] if queues else []), *([] if _has_cache(backend, redis) else ["cache"])]
    events = backend.events
    topics = _several("topic", events.topics) if events and events.engine == "redis" else ()
    caption = f"Redis, {' and '.join(roles)}" if roles else "Redis"
    if external := redis.external:
        details = (external.address, *topics)
        yield _node("redis", "store", "redis", f"{caption}, external", details=details, external=True)
        return
    instances = 1 if is_local else redis.instances
    disk = (f"{redis.storage} of disk each",) if redis.persistence and not is_local else ()
    details = (f"{redis.memory} of data", *disk, *topics)
    counted = {"fewest": instances, "most": instances, "unit": "instance", "details": details}
    yield _node("redis", "store", "redis", caption, **counted)
    if instances > 1:
        watching = {"fewest": instances, "most": instances, "unit": "sentinel"}
        yield _node("redis.sentinels", "guard", "sentinels", "Redis", **watching, details=("beside the servers",))
        yield _edge("redis.sentinels", "redis", "choose the primary", watches=True)
    if redis.cache and _has_cache(backend, redis):
        counted = {"fewest": 1, "most": 1, "unit": "instance", "details": (f"{redis.cache.memory} of data",)}
        yield _node("redis.cache", "store", "cache", "Redis, nothing on disk", **counted)


def _kafka(events: Events) -> Node:
    topics = _several("topic", [f"{name} ({topic.partitions})" for name, topic in events.topics.items()])
    if events.external:
        details = (*_few(events.external.bootstrap), *topics)
        return _node("events", "store", "events", "Kafka, external", details=details, external=True)
    details = (f"{events.storage} of disk each", *topics)
    counted = {"fewest": events.brokers, "most": events.brokers, "unit": "broker", "details": details}
    return _node("events", "store", "events", "Kafka", **counted)


def _of_observability(backend: Backend, declared: Observability) -> Iterator[Node | Edge]:
    promised = (
        f"{declared.availability:g} % succeed" if declared.availability else "",
        f"99 % within {declared.latency}" if declared.latency else "",
    )
    name = "observability"
    yield _node(name, "watch", name, "Prometheus", details=tuple(filter(None, promised)))
    postgres = backend.postgres if backend.postgres and not backend.postgres.external else None
    poolers = ("postgres.pooler", "postgres.pooler.replicas") if postgres and postgres.pooler else ()
    watched = (
        *(f"services.{service}" for service in backend.services),
        *(poolers if postgres and postgres.pooler and postgres.pooler.replicas else poolers[:1]),
        *(("postgres",) if postgres else ()),
    )
    for one in watched:
        yield _edge(name, one, "measures", watches=True)


def _scale(backend: Backend, scale: Scale) -> dict[str, Any]:
    """Return the bounds of a part and what moves it between them; on one machine that is its user alone."""
    scaled_by: tuple[str, ...] = ()
    if scale.max > scale.min:
        metrics = () if backend.platform == "local" else scale.metrics
        scaled_by = tuple(line for metric in metrics for line in _metric(metric)) or ("by hand",)
    return {"fewest": scale.min, "most": scale.max, "scaled_by": scaled_by}


def _metric(metric: Metric) -> tuple[str, ...]:
    match metric:
        case Cpu():
            return (f"by CPU, {metric.utilization} %",)
        case Memory():
            return (f"by memory, {metric.utilization} %",)
        case Requests():
            return (f"by requests, {metric.per_replica:g}/s each",)
        case Backlog():
            return (f"by backlog, {metric.per_replica} each",)
        case Schedule():
            return (f"at least {metric.replicas} from {metric.start}", f"to {metric.end}, {metric.timezone}")


def _period(period: str) -> str:
    return {"1s": "s", "1m0s": "min", "1h0m0s": "h"}.get(period, period)


def _few(names: Iterable[str]) -> tuple[str, ...]:
    """Return the first of a list, and how many more there are."""
    known = tuple(names)
    return known if len(known) <= LISTED else (*known[: LISTED - 1], f"and {len(known) - LISTED + 1} more")


def _several(noun: str, names: Iterable[str]) -> tuple[str, ...]:
    return tuple(name if name.startswith("and ") else f"{noun} {name}" for name in _few(names))
