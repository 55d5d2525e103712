"""From the parts of a declaration that hold data to the arguments of their components: one pure function a part."""

import math

from pulumi import Input

from scalewright import declaration
from scalewright.kubernetes import application, edges, quota
from scalewright.kubernetes.events import EventsArgs
from scalewright.kubernetes.given import given, given_to_reach, resources
from scalewright.kubernetes.object_store import ObjectStoreArgs
from scalewright.kubernetes.postgres import PostgresArgs
from scalewright.kubernetes.redis import RedisArgs

#: Seconds after which a pooler ends a statement, unless a task may take longer: what no request waits for any more.
STATEMENT_SECONDS = 30


def postgres(backend: declaration.Backend, namespace: Input[str], declared: declaration.Postgres) -> PostgresArgs:
    """Return the arguments of the database, which is named for the backend, and so is its owner."""
    base = backend.name.replace("-", "_")
    args: PostgresArgs = {"namespace": namespace, "part_of": backend.name, "database": base}
    if declared.external:
        external = given_to_reach(declared.external)
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
        pooler = given(declared.pooler)
        args["pooler"] = {**pooler, "statement_seconds": max(STATEMENT_SECONDS, math.ceil(longest))}  # type: ignore[typeddict-item]
    if declared.backups:
        args["backups"] = given(declared.backups)  # type: ignore[typeddict-item]
    return args


def redis(backend: declaration.Backend, namespace: Input[str], declared: declaration.Redis) -> RedisArgs:
    """Return the arguments of broker and cache."""
    args: RedisArgs = {"namespace": namespace, "part_of": backend.name}
    if declared.external:
        return {**args, "external": given_to_reach(declared.external)}  # type: ignore[typeddict-item]
    args |= {
        "instances": declared.instances,
        "memory": str(declared.memory),
        "persistence": declared.persistence,
        "eviction": declared.eviction,
        "storage": str(declared.storage),
        "tls": declared.tls,
    }
    if declared.resources:
        args["resources"] = resources(declared.resources)
    if declared.cache:
        args["cache"] = given(declared.cache)  # type: ignore[typeddict-item]
    return args


def events(backend: declaration.Backend, namespace: Input[str], declared: declaration.Events) -> EventsArgs:
    """Return the arguments of Kafka: a user for each part that uses events, which may use every topic."""
    args: EventsArgs = {"namespace": namespace, "part_of": backend.name}
    if declared.external:
        return {**args, "external": given_to_reach(declared.external)}  # type: ignore[typeddict-item]
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


def _parameter(value: str | float | bool) -> str:
    """Return a parameter as postgresql.conf has it."""
    return ("on" if value else "off") if isinstance(value, bool) else str(value)
