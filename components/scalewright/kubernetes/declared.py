"""From the parts of a declaration to the arguments of their components: one pure function a part."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from pulumi import Input

from scalewright import declaration
from scalewright.declaration.pool import RELAY
from scalewright.kubernetes import alerts, application, dashboard, edges, quota
from scalewright.kubernetes.application import Wiring
from scalewright.kubernetes.autoscaler import MetricArgs, ScaleArgs
from scalewright.kubernetes.beat import BeatArgs
from scalewright.kubernetes.gateway import GatewayArgs
from scalewright.kubernetes.given import given, resources
from scalewright.kubernetes.migrations import MigrationsArgs
from scalewright.kubernetes.namespace import NamespaceArgs
from scalewright.kubernetes.network import NetworkArgs
from scalewright.kubernetes.observability import ObservabilityArgs
from scalewright.kubernetes.pod import PodArgs
from scalewright.kubernetes.relay import RelayArgs
from scalewright.kubernetes.secrets import RemoteKeyArgs, SecretsArgs
from scalewright.kubernetes.service import PORT, ServiceArgs, prometheus
from scalewright.kubernetes.workers import QueueServerArgs, WorkersArgs

if TYPE_CHECKING:
    from scalewright.kubernetes.application import Broker, Database, Part


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
    nodes = backend.cluster.nodes
    return {
        **({"nodes": {"count": nodes.count, "cpu": str(nodes.cpu), "memory": str(nodes.memory)}} if nodes else {}),
        "part_of": backend.name,
        "quota": dict(total.hard()),
        "container_defaults": resources(quota.DEFAULT),
        "container_memory": str(total.largest),
        "keep": bool(backend.postgres or backend.redis or backend.events),
    }


def network(backend: declaration.Backend, namespace: Input[str]) -> NetworkArgs:
    """Return the arguments of the network: every connection that there may be."""
    return {"namespace": namespace, "part_of": backend.name, "edges": edges.edges(backend)}


def secrets(
    backend: declaration.Backend, namespace: Input[str], values: Mapping[str, Mapping[str, Input[str]]]
) -> SecretsArgs:
    """Return the arguments of the secrets: those whose values are given, and those that a store holds."""
    args: SecretsArgs = {"namespace": namespace, "part_of": backend.name}
    if values:
        args["values"] = {name: dict(keys) for name, keys in values.items()}
    if (kept := backend.secrets) and kept.store:
        args["store"] = {"kind": kept.store.kind, "name": kept.store.name}
        args["refresh"] = str(kept.refresh)
        args["external"] = {
            name: {key: cast("RemoteKeyArgs", given(remote)) for key, remote in keys.items()}
            for name, keys in kept.external.items()
        }
    return args


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
    if broker.authority:
        args["authority"] = {"secret": broker.authority.secret, "key": broker.authority.key}
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
