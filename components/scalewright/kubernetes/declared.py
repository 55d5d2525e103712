"""From the parts of a declaration to the arguments of their components: one pure function a part."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pulumi import Input

from scalewright import declaration
from scalewright.declaration.pool import RELAY
from scalewright.kubernetes import alerts, application, dashboard, edges, quota
from scalewright.kubernetes.application import Wiring
from scalewright.kubernetes.autoscaler import MetricArgs, ScaleArgs
from scalewright.kubernetes.beat import BeatArgs
from scalewright.kubernetes.events import EventsArgs
from scalewright.kubernetes.gateway import GatewayArgs
from scalewright.kubernetes.migrations import MigrationsArgs
from scalewright.kubernetes.namespace import NamespaceArgs
from scalewright.kubernetes.network import NetworkArgs
from scalewright.kubernetes.object_store import ObjectStoreArgs
from scalewright.kubernetes.observability import ObservabilityArgs
from scalewright.kubernetes.pod import PodArgs, ResourcesArgs
from scalewright.kubernetes.postgres import PostgresArgs
from scalewright.kubernetes.redis import RedisArgs
from scalewright.kubernetes.relay import RelayArgs
from scalewright.kubernetes.service import PORT, ServiceArgs, prometheus
from scalewright.kubernetes.workers import QueueServerArgs, WorkersArgs

if TYPE_CHECKING:
    from scalewright.kubernetes.application import Broker, Database, Part

#: Seconds after which a pooler ends a statement, unless a task may take longer: what no request waits for any more.
STATEMENT_SECONDS = 30


@dataclass(frozen=True)
class Site:
    """Where the parts of a backend go, and what they are told of each other."""

    backend: declaration.Backend
    namespace: Input[str]
    wiring: Wiring

    @property
    def image(self) -> str:
        """The application's image."""
        assert self.backend.image is not None  # noqa: S101 - the declaration demands it on this platform
        return self.backend.image


def namespace(backend: declaration.Backend) -> NamespaceArgs:
    """Return the arguments of the namespace: a quota of what the backend can become at most."""
    total = quota.total(quota.shares(backend))
    return {
        "part_of": backend.name,
        "quota": dict(total.hard()),
        "container_defaults": resources(quota.DEFAULT),
        "container_memory": str(total.largest),
        "keep": bool(backend.postgres or backend.redis or backend.events),
    }


def network(backend: declaration.Backend, namespace: Input[str]) -> NetworkArgs:
    """Return the arguments of the network: every connection that there may be."""
    return {"namespace": namespace, "part_of": backend.name, "edges": edges.edges(backend)}


def postgres(backend: declaration.Backend, namespace: Input[str], declared: declaration.Postgres) -> PostgresArgs:
    """Return the arguments of the database, which is named for the backend, and so is its owner."""
    base = backend.name.replace("-", "_")
    args: PostgresArgs = {"namespace": namespace, "part_of": backend.name, "database": base}
    if declared.external:
        external = _given_to_reach(declared.external)
        args["database"] = external.pop("database", base)
        return {**args, "external": external}  # type: ignore[typeddict-item] # checked by the component
    args |= {
        "instances": declared.instances,
        "max_connections": declared.max_connections,
        "storage": str(declared.storage),
        "parameters": {name: _parameter(value) for name, value in declared.parameters.items()},
        "resources": resources(declared.resources or quota.DEFAULT),
        "monitored": bool(backend.observability and backend.observability.metrics),
    }
    if declared.synchronous:
        args["synchronous"] = declared.synchronous
    if declared.pooler:
        longest = max((one.longest_task.seconds for one in backend.workers.values()), default=0)
        pooler = _given(declared.pooler)
        args["pooler"] = {**pooler, "statement_seconds": max(STATEMENT_SECONDS, math.ceil(longest))}  # type: ignore[typeddict-item]
    if declared.backups:
        args["backups"] = _given(declared.backups)  # type: ignore[typeddict-item]
    return args


def redis(backend: declaration.Backend, namespace: Input[str], declared: declaration.Redis) -> RedisArgs:
    """Return the arguments of broker and cache."""
    args: RedisArgs = {"namespace": namespace, "part_of": backend.name}
    if declared.external:
        return {**args, "external": _given_to_reach(declared.external)}  # type: ignore[typeddict-item]
    args |= {
        "instances": declared.instances,
        "memory": str(declared.memory),
        "persistence": declared.persistence,
        "eviction": declared.eviction,
        "storage": str(declared.storage),
    }
    if declared.resources:
        args["resources"] = resources(declared.resources)
    if declared.cache:
        args["cache"] = _given(declared.cache)  # type: ignore[typeddict-item]
    return args


def events(backend: declaration.Backend, namespace: Input[str], declared: declaration.Events) -> EventsArgs:
    """Return the arguments of Kafka: a user for each part that uses events, which may use every topic."""
    args: EventsArgs = {"namespace": namespace, "part_of": backend.name}
    if declared.external:
        return {**args, "external": _given_to_reach(declared.external)}  # type: ignore[typeddict-item]
    topics = list(declared.topics)
    return {
        **args,
        "brokers": declared.brokers,
        "storage": str(declared.storage),
        "resources": resources(declared.resources or quota.KAFKA),
        "topics": {
            name: {"partitions": one.partitions, "retention": str(one.retention)}
            for name, one in declared.topics.items()
        },
        "users": {
            user: {"writes": topics, "reads": topics, "group": name}
            for user, name in application.users(backend, "events")
        },
        "clients": [one["labels"] for one in edges.event_clients(backend)],
    }


def object_store(
    backend: declaration.Backend, namespace: Input[str], declared: declaration.ObjectStore
) -> ObjectStoreArgs:
    """Return the arguments of the object store."""
    assert declared.endpoint is not None  # noqa: S101 - the declaration demands both on this platform
    assert declared.secret is not None  # noqa: S101
    return {
        "namespace": namespace,
        "part_of": backend.name,
        "endpoint": declared.endpoint,
        "secret": declared.secret,
        "buckets": list(declared.buckets),
        "expire_days": declared.expire_days,
    }


def observability(backend: declaration.Backend, namespace: str) -> ObservabilityArgs:
    """Return the arguments of what is measured: services, alerts, and a dashboard of all parts."""
    return {
        "namespace": namespace,
        "part_of": backend.name,
        "services": list(backend.services),
        "rules": list(alerts.rules(backend, namespace)),
        "dashboard": dashboard.dashboard(namespace, dashboard.panels(backend, namespace)),
    }


def service(site: Site, name: str, declared: declaration.Service) -> ServiceArgs:
    """Return the arguments of a service."""
    drain = math.ceil(declared.drain.seconds)
    return {
        **_pods(site, name, declared, declared.resources or quota.DEFAULT),
        "command": [
            *("python", "-m", "uvicorn", declared.app, "--host", "0.0.0.0", "--port", str(PORT)),  # noqa: S104
            *("--workers", str(declared.processes), "--loop", "uvloop", "--http", "httptools"),
            *("--no-access-log", "--no-server-header", "--timeout-graceful-shutdown", str(drain)),
        ],
        "processes": declared.processes,
        "scale": scale(declared.scale),
        "probes": {
            "startup": declared.probes.startup,
            "readiness": declared.probes.readiness,
            "liveness": declared.probes.liveness,
        },
        "drain_seconds": drain,
        "prometheus": prometheus(site.backend.cluster.operators.prometheus),
    }


def relay(site: Site, name: str, declared: declaration.Service) -> RelayArgs:
    """Return the arguments of the relay of a service's outbox."""
    assert declared.outbox is not None  # noqa: S101 - asked for by the caller
    alone = declared.model_copy(update={"database": RELAY})
    return {**_pods(site, name, alone, quota.SMALL), "command": ["python", "-m", declared.outbox]}


def workers(site: Site, name: str, declared: declaration.Workers) -> WorkersArgs:
    """Return the arguments of a set of workers."""
    args: WorkersArgs = {
        **_pods(site, name, declared, declared.resources or quota.DEFAULT),  # type: ignore[typeddict-item] # not final
        "app": declared.app,
        "queues": list(declared.queues),
        "concurrency": declared.concurrency,
        "longest_task_seconds": math.ceil(declared.longest_task.seconds),
        "scale": scale(declared.scale),
    }
    broker = site.wiring.broker
    if broker is None:
        return args
    return {**args, "broker": _queue_server(broker)}


def _queue_server(broker: "Broker") -> QueueServerArgs:
    args: QueueServerArgs = {"secret": broker.secret, "key": broker.key, "tls": broker.tls}
    return {**args, "sentinels": broker.sentinels} if broker.sentinels else {**args, "address": broker.address}


def beat(site: Site, name: str, declared: declaration.Workers) -> BeatArgs:
    """Return the arguments of the beat of a set of workers."""
    return {**_pods(site, name, declared, quota.SMALL), "app": declared.app}


def migrations(site: Site, name: str, configuration: str, database: "Database") -> MigrationsArgs:
    """Return the arguments of the migrations, which the database's owner makes."""
    return {
        "namespace": site.namespace,
        "part_of": site.backend.name,
        "image": site.image,
        "command": ["python", "-m", "alembic", "-c", configuration, "upgrade", "head"],
        # Past the pooler: locks of a session and changes of tables are more than it can pass on.
        "environment": {"SERVICE_NAME": name, "DATABASE_URL": database.primary_url, **database.environment()},
        "secrets": database.secrets(),
        "resources": resources(quota.DEFAULT),
    }


def gateway(site: Site, declared: declaration.Gateway) -> GatewayArgs:
    """Return the arguments of the gateway: a route for each service."""
    args: GatewayArgs = {
        "namespace": site.namespace,
        "part_of": site.backend.name,
        "routes": {
            name: {"service": name, "port": PORT, "paths": list(one.routes)}
            for name, one in site.backend.services.items()
        },
    }
    if declared.hostname:
        args["hostname"] = declared.hostname
    if declared.tls:
        args["issuer"], args["redirect"] = declared.tls.issuer, declared.tls.redirect
    if limit := declared.rate_limit:
        args["rate_limit"] = {"average": limit.average, "burst": limit.burst, "period": str(limit.period)}
    if declared.body_limit:
        args["body_limit"] = str(declared.body_limit)
    return args


def scale(declared: declaration.Scale) -> ScaleArgs:
    """Return the bounds and metrics of a part."""
    metrics = declared.model_dump(mode="json")["metrics"]
    kept: list[MetricArgs] = [{key: value for key, value in one.items() if value is not None} for one in metrics]  # type: ignore[misc]
    return {"min": declared.min, "max": declared.max, "metrics": kept}


def resources(declared: declaration.Resources) -> ResourcesArgs:
    """Return the requests and limits of a part."""
    args: ResourcesArgs = {"cpu": str(declared.cpu), "memory": str(declared.memory)}
    return {**args, "cpu_limit": str(declared.cpu_limit)} if declared.cpu_limit else args


def _given(part: declaration.Model) -> dict[str, Any]:
    """Return the settings of a part as plain values, without those that are left open."""
    return part.model_dump(mode="json", exclude_none=True)


def _given_to_reach(part: declaration.Model) -> dict[str, Any]:
    """Return the settings of a server that somebody else runs, but for what concerns the network alone."""
    return {key: value for key, value in _given(part).items() if key != "cidrs"}


def _parameter(value: str | float | bool) -> str:
    """Return a parameter as postgresql.conf has it."""
    return ("on" if value else "off") if isinstance(value, bool) else str(value)


def _pods(site: Site, name: str, part: "Part", asked: declaration.Resources) -> PodArgs:
    """Return what all arguments of parts with pods begin with."""
    return {
        "namespace": site.namespace,
        "part_of": site.backend.name,
        "image": site.image,
        "environment": application.environment(site.backend, name, part, site.wiring),
        "secrets": application.secrets(site.backend, name, part, site.wiring),
        "resources": resources(asked),
    }
