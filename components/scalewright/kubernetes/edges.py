"""The connections that a declaration implies, and those that the operators of its parts need. Pure.

- CloudNativePG: its operator to the instances (8000 status, 5432), they to each other, and all that it makes to the API
  server: https://cloudnative-pg.io/docs/current/networking
- Strimzi: https://strimzi.io/docs/operators/latest/deploying.html#assembly-securing-kafka-str
- KEDA: its operator to Redis, for the length of queues: https://keda.sh/docs/latest/scalers/redis-lists/
- Prometheus to all that is scraped, Traefik to the services, and to what proves to an ACME server that a name is ours:
  https://cert-manager.io/docs/configuration/acme/http01/
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import product
from urllib.parse import urlsplit

from scalewright.declaration import Backend, Backlog
from scalewright.kubernetes import (
    beat,
    events_kafka,
    migrations,
    names,
    postgres,
    postgres_cluster,
    postgres_pooler,
    redis,
    redis_sentinel,
    redis_server,
    relay,
    service,
    workers,
)
from scalewright.kubernetes.application import Part, uses_broker
from scalewright.kubernetes.metadata import selector
from scalewright.kubernetes.network import EdgeArgs, PeerArgs

ANYWHERE: PeerArgs = {"cidrs": ["0.0.0.0/0", "::/0"]}
HTTPS, HTTP = 443, 80
SOLVER: PeerArgs = {"having": ["acme.cert-manager.io/http01-solver"]}
SOLVER_PORT = 8089
STATUS, METRICS, POOLER_METRICS = 8000, 9187, 9127


def edges(backend: Backend) -> list[EdgeArgs]:
    """Return every connection that there may be in the namespace of a backend, to it and from it."""
    return [
        *_of_services(backend),
        *_of_postgres(backend),
        *_of_redis(backend),
        *_of_events(backend),
        *_of_object_store(backend),
    ]


def event_clients(backend: Backend) -> list[PeerArgs]:
    """Return the pods that use events."""
    return list(_clients(backend, lambda part: "events" in part.uses))


def _pods(name: str, role: str) -> PeerArgs:
    """Return the pods of one part of ours."""
    return {"labels": {key: str(value) for key, value in selector(name, role).items()}}


def _from(namespace: str) -> PeerArgs:
    """Return everything in the namespace of an operator: labels there are its own affair."""
    return {"namespace": namespace}


def _edge(source: PeerArgs, target: PeerArgs, *ports: int) -> EdgeArgs:
    return {"source": source, "target": target, "ports": list(ports)}


def _to_api(backend: Backend, source: PeerArgs) -> EdgeArgs:
    """No labels name the API server, and its address differs by cluster."""
    return _edge(source, ANYWHERE, *backend.cluster.api_ports)


def _clients(backend: Backend, wants: Callable[[Part], bool]) -> Iterator[PeerArgs]:
    """Yield the pods of all parts that want something: services with their relays, workers with their beats."""
    for name, one in backend.services.items():
        if wants(one):
            yield _pods(name, service.ROLE)
            if one.outbox:
                yield _pods(names.relay(name), relay.ROLE)
    for name, each in backend.workers.items():
        if wants(each):
            yield _pods(names.worker(name), workers.ROLE)
            if each.beat:
                yield _pods(names.beat(name), beat.ROLE)


def _outside(clients: Iterable[PeerArgs], ports: Iterable[int], cidrs: list[str]) -> Iterator[EdgeArgs]:
    """Yield the connections to servers that somebody else runs."""
    found = sorted(set(ports))
    for client in clients:
        yield _edge(client, {"cidrs": cidrs} if cidrs else ANYWHERE, *found)


def _port(endpoint: str) -> int:
    return int(endpoint.rpartition(":")[2])


def _port_of_url(url: str | None) -> int:
    parts = urlsplit(url or "")
    return parts.port or (HTTP if parts.scheme == "http" else HTTPS)


def _scraped(backend: Backend) -> bool:
    return bool(backend.observability and backend.observability.metrics)


def _of_services(backend: Backend) -> Iterator[EdgeArgs]:
    traefik = _from(backend.cluster.operators.traefik)
    for name in backend.services:
        yield _edge(traefik, _pods(name, service.ROLE), service.PORT)
        if _scraped(backend):
            yield _edge(_from(backend.cluster.operators.prometheus), _pods(name, service.ROLE), service.PORT)
    if backend.gateway and backend.gateway.tls:
        yield _edge(traefik, SOLVER, SOLVER_PORT)


def _of_postgres(backend: Backend) -> Iterator[EdgeArgs]:
    declared = backend.postgres
    if declared is None:
        return
    clients = list(_clients(backend, lambda part: "postgres" in part.uses))
    migrating = [_pods(names.MIGRATIONS, migrations.ROLE)] if declared.migrations else []
    if external := declared.external:
        endpoints = (external.primary, *external.replicas)
        yield from _outside([*clients, *migrating], map(_port, endpoints), external.cidrs)
        return
    instances: PeerArgs = {"labels": {postgres_cluster.SELECTOR: names.POSTGRES, **postgres_cluster.INSTANCES}}
    poolers = list(_poolers(backend))
    # Reads go past the pooler, but for those that have one of their own; and so does what migrates.
    past = not declared.pooler or (declared.has_replicas and not declared.pooler.replicas)
    for client, server in product(clients, [*poolers, *([instances] if past else [])]):
        yield _edge(client, server, postgres.PORT)
    for one in (*migrating, *poolers):
        yield _edge(one, instances, postgres.PORT)
    for pooler in poolers:
        yield _to_api(backend, pooler)
        if _scraped(backend):
            yield _edge(_from(backend.cluster.operators.prometheus), pooler, POOLER_METRICS)
    yield from _of_instances(backend, instances)


def _poolers(backend: Backend) -> Iterator[PeerArgs]:
    declared = backend.postgres and backend.postgres.pooler
    if declared:
        for name in postgres_pooler.poolers(names.POSTGRES, {"replicas": declared.replicas}).values():
            yield {"labels": {postgres_pooler.SELECTOR: name}}


def _of_instances(backend: Backend, instances: PeerArgs) -> Iterator[EdgeArgs]:
    """Yield what keeps a cluster of PostgreSQL going."""
    # The first instance is made by a Job, and so is each copy of it, which reads from the primary.
    jobs: PeerArgs = {"labels": {postgres_cluster.SELECTOR: names.POSTGRES}, "having": [postgres_cluster.JOBS]}
    yield _edge(_from(backend.cluster.operators.cloudnative_pg), instances, STATUS, postgres.PORT)
    yield _edge(instances, instances, STATUS, postgres.PORT)
    yield _edge(jobs, instances, postgres.PORT)
    yield _to_api(backend, instances)
    yield _to_api(backend, jobs)
    if _scraped(backend):
        yield _edge(_from(backend.cluster.operators.prometheus), instances, METRICS)
    backups = backend.postgres and backend.postgres.backups
    if backups and (port := _port_of_url(backups.endpoint)) not in backend.cluster.api_ports:
        yield from _outside([instances], [port], [])


def _of_redis(backend: Backend) -> Iterator[EdgeArgs]:
    declared = backend.redis
    if declared is None:
        return
    clients = list(_clients(backend, lambda part: uses_broker(backend, part)))
    if external := declared.external:
        yield from _outside(clients, [_port(external.address)], external.cidrs)
        return
    servers = _pods(names.REDIS, redis.BROKER)
    watched = declared.instances > 1
    ports = (redis_server.PORT, *([redis_sentinel.PORT] if watched else []))
    others = [servers] if watched else []
    if any(map(_is_scaled_by_backlog, backend.workers.values())):
        others.append(_from(backend.cluster.operators.keda))
    for one in (*clients, *others):
        yield _edge(one, servers, *ports)
    if declared.cache:
        for one in _clients(backend, lambda part: "redis" in part.uses):
            yield _edge(one, _pods(redis.cache(names.REDIS), redis.CACHE), redis_server.PORT)


def _is_scaled_by_backlog(part: Part) -> bool:
    return part.scale.max > part.scale.min and any(isinstance(one, Backlog) for one in part.scale.metrics)


def _of_events(backend: Backend) -> Iterator[EdgeArgs]:
    declared = backend.events
    if declared is None or declared.engine == "redis":
        return  # streams of Redis are on the broker
    clients = event_clients(backend)
    if external := declared.external:
        yield from _outside(clients, map(_port, external.bootstrap), external.cidrs)
        return
    brokers: PeerArgs = {"labels": events_kafka.broker_labels(names.EVENTS)}
    entities: PeerArgs = {"labels": events_kafka.entity_operator_labels(names.EVENTS)}
    control, replication, agent = events_kafka.CONTROL_PORT, events_kafka.REPLICATION_PORT, events_kafka.AGENT_PORT
    yield _edge(_from(backend.cluster.operators.strimzi), brokers, control, replication, agent)
    yield _edge(brokers, brokers, control, replication)
    yield _edge(entities, brokers, replication)
    yield _to_api(backend, entities)
    yield _to_api(backend, brokers)  # which zone it is in, a broker asks before it starts
    for client in clients:
        yield _edge(client, brokers, events_kafka.PORT)


def _of_object_store(backend: Backend) -> Iterator[EdgeArgs]:
    if store := backend.object_store:
        clients = _clients(backend, lambda part: "object_store" in part.uses)
        yield from _outside(clients, [_port_of_url(store.endpoint)], store.cidrs)
