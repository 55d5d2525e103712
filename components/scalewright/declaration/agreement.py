"""Whether the parts of a backend agree with each other."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, get_args

from scalewright.declaration.names import Use
from scalewright.declaration.problem import Absent, Path, Problem, dotted
from scalewright.declaration.secret_names import taken

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scalewright.declaration.backend import Backend
    from scalewright.declaration.service import Service
    from scalewright.declaration.workers import Workers

RESERVED_NAMES = ("events", "gateway", "migrations", "object-store", "postgres", "redis", "seed", "supervisor")
"""Names of processes that a platform makes by itself."""


def disagreements(backend: Backend) -> Iterator[Problem]:
    """All contradictions between parts, each with the path of the part that is easiest to change."""
    yield from _undeclared(backend)
    yield from _queues(backend)
    yield from _broker(backend)
    yield from _reads(backend)
    yield from _routes(backend)
    yield from _gateway(backend)
    yield from _names(backend)
    if backend.secrets:
        kept = {name: tuple(keys) for name, keys in backend.secrets.external.items()}
        yield from taken(backend, kept, ("secrets", "external"))


def _consumers(backend: Backend) -> Iterator[tuple[Path, Service | Workers]]:
    yield from ((("services", name), service) for name, service in backend.services.items())
    yield from ((("workers", name), workers) for name, workers in backend.workers.items())


def _undeclared(backend: Backend) -> Iterator[Problem]:
    declared = [name for name in get_args(Use) if getattr(backend, name) is not None]
    for path, consumer in _consumers(backend):
        for index, use in enumerate(consumer.uses):
            if use not in declared:
                bound = f"it must be a part that is declared ({', '.join(declared) or 'none is'})"
                remedy = f"Declare {use}, or take it out of uses"
                yield Problem((*path, "uses", index), use, bound, remedy, reads=((use,),))
    yield from _topics(backend)
    if backend.events is not None and backend.events.engine == "redis" and backend.redis is None:
        bound = "it must be declared, because the events' engine is redis"
        yield Problem(
            ("redis",), Absent.MISSING, bound, "Declare redis, or set events.engine to kafka", reads=(("events",),)
        )


def _topics(backend: Backend) -> Iterator[Problem]:
    """Refuse the use of a Kafka of ours without topics: nobody but the declaration makes them there."""
    events = backend.events
    if events is None or events.engine != "kafka" or events.external or events.topics:
        return
    reads = tuple((*path, "uses") for path, consumer in _consumers(backend) if "events" in consumer.uses)
    if reads:
        bound = f"it must hold a topic, because {dotted(reads[0])} has events, and Kafka makes none by itself"
        remedy = "Declare topics, or take events out of uses"
        yield Problem(("events", "topics"), {}, bound, remedy, reads=reads)


def _queues(backend: Backend) -> Iterator[Problem]:
    consumed = {queue for workers in backend.workers.values() for queue in workers.queues}
    sent = {queue for service in backend.services.values() for queue in service.sends}
    for name, service in backend.services.items():
        for index, queue in enumerate(service.sends):
            if queue not in consumed:
                bound = f"it must be a queue that some workers work off ({_listed(consumed)})"
                remedy = f"Add {queue!r} to the queues of workers, or take it out of sends"
                yield Problem(
                    ("services", name, "sends", index), queue, bound, remedy, reads=(("workers", "*", "queues"),)
                )
    for name, workers in backend.workers.items():
        for index, queue in enumerate(workers.queues):
            if queue not in sent and not workers.beat:
                bound = f"it must be a queue that some service sends to ({_listed(sent)})"
                remedy = f"Add {queue!r} to the sends of the service that fills it, or take it out of queues"
                yield Problem(
                    ("workers", name, "queues", index), queue, bound, remedy, reads=(("services", "*", "sends"),)
                )


def _broker(backend: Backend) -> Iterator[Problem]:
    senders = [(("services", name, "sends"), service.sends) for name, service in backend.services.items()]
    workers = [(("workers", name, "queues"), each.queues) for name, each in backend.workers.items()]
    queues = {queue for _, named in chain(senders, workers) for queue in named}
    reads = tuple(path for path, named in chain(senders, workers) if named)
    if not queues:
        return
    if backend.redis is None:
        bound = f"it must be declared, because it is the broker of the queues {_listed(queues)}"
        yield Problem(("redis",), Absent.MISSING, bound, "Declare redis, or take the queues out", reads=reads)
        return
    if backend.redis.eviction != "noeviction":
        bound = f"it must be 'noeviction' for the broker of the queues {_listed(queues)}, which would lose tasks"
        yield Problem(("redis", "eviction"), backend.redis.eviction, bound, "Take eviction out", reads=reads)
    if not backend.redis.persistence:
        bound = f"it must be true for the broker of the queues {_listed(queues)}, which would lose tasks in a restart"
        yield Problem(("redis", "persistence"), False, bound, "Take persistence out", reads=reads)


def _reads(backend: Backend) -> Iterator[Problem]:
    if backend.postgres is None or backend.postgres.has_replicas:
        return
    if backend.postgres.external:
        lack, more = "postgres.external.replicas is empty", "Name a replica in postgres.external.replicas"
        reads: Path = ("postgres", "external")
    else:
        lack, more = "postgres.instances is 1, which is no replica", "Set postgres.instances to 2 or more"
        reads = ("postgres", "instances")
    for path, consumer in _consumers(backend):
        if consumer.database is not None and consumer.database.reads == "replica":
            yield Problem(
                (*path, "database", "reads"),
                "replica",
                f"it must be 'primary' or 'prefer-replica' while {lack}",
                f"{more}, or change reads",
                reads=(reads,),
            )


def _routes(backend: Backend) -> Iterator[Problem]:
    owners: dict[str, Path] = {}
    for name, service in backend.services.items():
        for index, route in enumerate(service.routes):
            path: Path = ("services", name, "routes", index)
            first = owners.setdefault(route, path)
            if first != path:
                bound = f"it must be the route of one service only, and is already {dotted(first)}"
                yield Problem(path, route, bound, "Give one of the two another route", reads=(first,))


def _gateway(backend: Backend) -> Iterator[Problem]:
    if backend.services and backend.gateway is None:
        bound = f"it must be declared, because the services {_listed(backend.services)} have routes"
        yield Problem(("gateway",), Absent.MISSING, bound, "Declare gateway", reads=(("services",),))
    if backend.gateway is not None and not backend.services:
        bound = "it must have a service to send requests to"
        given = backend.gateway.model_dump(mode="json", exclude_unset=True)
        yield Problem(("gateway",), given, bound, "Declare a service, or take gateway out", reads=(("services",),))


def _names(backend: Backend) -> Iterator[Problem]:
    reserved = f"it must differ from the names of the platform's own processes ({', '.join(RESERVED_NAMES)})"
    for path, _ in _consumers(backend):
        name = str(path[-1])
        if any(name == taken or name.startswith(f"{taken}-") for taken in RESERVED_NAMES):
            yield Problem(path, name, reserved, "Rename it, and do not start it with one of them and a hyphen")
    owners: dict[str, Path] = {}
    for path, made in _made(backend):
        owner = owners.setdefault(made, path)
        if owner != path:
            bound = f"it must not name a process that {dotted(owner)} names too ({made})"
            yield Problem(path, path[-1], bound, "Rename one of the two", reads=(owner,))


def _made(backend: Backend) -> Iterator[tuple[Path, str]]:
    """The names of the processes that are made for each part; a number follows where there can be several."""
    for name, service in backend.services.items():
        yield ("services", name), name
        yield ("services", name), f"{name}-surge"
        if service.outbox is not None:
            yield ("services", name), f"{name}-relay"
    for name, workers in backend.workers.items():
        yield ("workers", name), f"{name}-worker"
        if workers.beat:
            yield ("workers", name), f"{name}-beat"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(repr(name) for name in sorted(names)) or "there is none"
