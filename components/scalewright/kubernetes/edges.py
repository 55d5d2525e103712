"""The connections that a declaration implies, and those that the operators of its parts need. Pure.

- CloudNativePG: its operator to the instances (8000 status, 5432), they to each other and to the API server:
  https://cloudnative-pg.io/documentation/current/networking/
- KEDA: its operator to Redis, for the length of queues: https://keda.sh/docs/latest/scalers/redis-lists/
- Prometheus to the metrics of everything that is scraped, Traefik to the services.
"""

from collections.abc import Iterator, Mapping

from scalewright.declaration import Backend
from scalewright.kubernetes.application import uses_broker
from scalewright.kubernetes.metadata import NAME
from scalewright.kubernetes.network import EdgeArgs, PeerArgs
from scalewright.kubernetes.service import PORT

#: Where the operators live, unless one says otherwise: what their Helm charts' documentation uses.
NAMESPACES: Mapping[str, str] = {
    "cloudnative-pg": "cnpg-system",
    "keda": "keda",
    "monitoring": "monitoring",
    "traefik": "traefik",
    "strimzi": "strimzi",
}
ANYWHERE: PeerArgs = {"cidr": "0.0.0.0/0"}  # no pod labels name the API server, and its address differs by cluster
API_SERVER = [443, 6443]
POSTGRES, POSTGRES_STATUS, POSTGRES_METRICS, POOLER_METRICS = 5432, 8000, 9187, 9127
REDIS, SENTINEL = 6379, 26379


def edges(backend: Backend, namespaces: Mapping[str, str] = NAMESPACES) -> list[EdgeArgs]:
    """Return every connection that there may be in the namespace of a backend, and to it."""
    return [
        *_of_postgres(backend, namespaces),
        *_of_redis(backend, namespaces),
        *_of_services(backend, namespaces),
    ]


def part(name: str) -> PeerArgs:
    """Return the pods of one part by its name."""
    return {"labels": {NAME: name}}


def operator(name: str, namespaces: Mapping[str, str]) -> PeerArgs:
    """Return everything in the namespace of an operator: its labels are its own affair."""
    return {"namespace": namespaces[name]}


def _edge(source: PeerArgs, target: PeerArgs, *ports: int) -> EdgeArgs:
    return {"source": source, "target": target, "ports": list(ports)}


def _applications(backend: Backend, use: str) -> Iterator[str]:
    """Yield the names of the parts that use another: services, their relays, workers, and migrations."""
    for name, service in backend.services.items():
        if use in service.uses or (use == "redis" and uses_broker(service)):
            yield name
            if service.outbox:
                yield f"{name}-relay"
    for name, workers in backend.workers.items():
        if use in workers.uses or use == "redis":
            yield f"{name}-worker"
    if use == "postgres" and backend.postgres and backend.postgres.migrations:
        yield "migrations"


def _of_postgres(backend: Backend, namespaces: Mapping[str, str]) -> Iterator[EdgeArgs]:
    if backend.postgres is None:
        return
    instances: PeerArgs = {"labels": {"cnpg.io/cluster": "postgres"}}
    clients = [part(name) for name in _applications(backend, "postgres")]
    servers = [instances]
    if backend.postgres.pooler:
        poolers: list[PeerArgs] = [
            {"labels": {"cnpg.io/poolerName": f"postgres-pooler-{role}"}} for role in ("rw", "ro")
        ]
        for pooler in poolers:
            yield _edge(pooler, instances, POSTGRES)
            yield _edge(pooler, ANYWHERE, *API_SERVER)
            yield _edge(operator("monitoring", namespaces), pooler, POOLER_METRICS)
        servers += poolers
    for client in clients:
        for server in servers:
            yield _edge(client, server, POSTGRES)
    yield _edge(instances, instances, POSTGRES, POSTGRES_STATUS)
    yield _edge(instances, ANYWHERE, *API_SERVER)
    yield _edge(operator("cloudnative-pg", namespaces), instances, POSTGRES, POSTGRES_STATUS)
    yield _edge(operator("monitoring", namespaces), instances, POSTGRES_METRICS)


def _of_redis(backend: Backend, namespaces: Mapping[str, str]) -> Iterator[EdgeArgs]:
    if backend.redis is None:
        return
    for name in _applications(backend, "redis"):
        yield _edge(part(name), part("redis"), REDIS)
    if backend.workers:
        yield _edge(operator("keda", namespaces), part("redis"), REDIS)


def _of_services(backend: Backend, namespaces: Mapping[str, str]) -> Iterator[EdgeArgs]:
    for name in backend.services:
        yield _edge(operator("traefik", namespaces), part(name), PORT)
        if backend.observability and backend.observability.metrics:
            yield _edge(operator("monitoring", namespaces), part(name), PORT)
