"""Who connects to what: every container that names a server of a kind, with what it holds of it. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from scalewright.autoscaling.capacity import Holder, Knobs
from scalewright.plan.capacity import shares
from scalewright.plan.capacity.addresses import POSTGRES, REDIS, Address, addresses
from scalewright.plan.capacity.programs import Processes, processes
from scalewright.plan.capacity.workloads import workloads
from scalewright.plan.policy.objects import listed
from scalewright.plan.policy.subject import items, mapping

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.plan.capacity.workloads import Workload
    from scalewright.plan.policy.objects import Objects
    from scalewright.plan.policy.pods import Container

#: Variables that hold the address of a database, and are often read from a Secret.
ADDRESSES = ("DATABASE_URL", "DATABASE_URI", "POSTGRES_URL", "SQLALCHEMY_DATABASE_URI", "DB_URL")
POSTGRESQL = "postgresql.cnpg.io"
#: Images that hold one connection, whatever they are told: https://github.com/prometheus-community/postgres_exporter
_EXPORTERS = ("postgres-exporter", "postgres_exporter")


class Client(NamedTuple):
    """A container that connects to a server, or to several; no holder where nothing says how much it holds."""

    workload: Workload
    container: Container
    addresses: tuple[Address, ...]
    holder: Holder | None
    lacks: str = ""
    """What is not known of it, as a sentence."""


@listed
def of_postgres(objects: Objects) -> Iterator[Client]:
    """Yield who connects to a PostgreSQL."""
    for workload in workloads(objects):
        asked = shares.number(_annotation(workload, shares.ANNOTATION))
        seen: set[str] = set()
        for container in workload.pod.main():
            found = tuple(addresses(container.env, POSTGRES)) or tuple(_from_secrets(objects, workload, container))
            if asked is not None:  # of the whole replica: the first container to name a server stands for it
                found = tuple(one for one in found if one.host not in seen)
                seen |= {one.host for one in found}
            if found:
                yield _client_of_postgres(workload, container, found, asked)


@listed
def of_redis(objects: Objects) -> Iterator[Client]:
    """Yield who connects to a Redis."""
    for workload in workloads(objects):
        asked = shares.number(_annotation(workload, shares.REDIS_ANNOTATION))
        for container in workload.pod.main():
            if not (found := tuple(addresses(container.env, REDIS))):
                continue
            program = processes(container.arguments, container.env)
            if asked is not None:
                program, share = Processes(1), shares.Share(asked)
            else:
                share = shares.of_redis(container.env, program)
            yield Client(workload, container, found, holder_of(workload, program, share, part=""))


def _client_of_postgres(
    workload: Workload, container: Container, found: tuple[Address, ...], asked: int | None
) -> Client:
    if asked is not None:
        return Client(workload, container, found, holder_of(workload, Processes(1), shares.Share(asked)))
    program = processes(container.arguments, container.env)
    if any(name in str(container.spec.get("image")) for name in _EXPORTERS):
        return Client(workload, container, found, holder_of(workload, Processes(1), shares.Share(1)))
    share = shares.of_database(container.env, program, ends=workload.ends)
    if share is None:
        return Client(workload, container, found, None, "nothing says how many connections each process opens")
    lacks = "" if program.known or workload.ends else "nothing says how many processes it is, and 1 is counted"
    return Client(workload, container, found, holder_of(workload, program, share), lacks)


def holder_of(workload: Workload, program: Processes, share: shares.Share, part: str = "database") -> Holder:
    """Return what a workload holds; `part` is what the declaration calls its pool, empty where it has none."""
    subject, count = workload.subject, program.working
    counted = "concurrency" if program.program.startswith("celery") else "processes"
    settable = count > 1 and program.option
    return Holder(
        name=subject.name,
        noun="replicas" if workload.pod.lasts else "pods",
        replicas=workload.most,
        fewest=workload.fewest,
        surge=workload.surge,
        surge_percent=workload.surge_percent,
        processes=count,
        parents=program.parents,
        size=share.size,
        overflow=share.overflow,
        knobs=Knobs(
            replicas=workload.knob,
            processes=workload.setting(counted, program.option) if settable else "",
            size=workload.setting(part and f"{part}.size", share.size_by) if share.size_by else "",
            overflow=workload.setting(part and f"{part}.overflow", share.overflow_by) if share.overflow_by else "",
        ),
    )


def _annotation(workload: Workload, name: str) -> str | None:
    value = mapping(workload.pod.metadata.get("annotations")).get(name)
    return None if value is None else str(value)


def _from_secrets(objects: Objects, workload: Workload, container: Container) -> Iterator[Address]:
    """Yield addresses that a container reads from a Secret: that of a Cluster of CloudNativePG is known by its name.

    https://cloudnative-pg.io/docs/current/applications#secrets
    """
    for one in map(mapping, items(container.spec.get("env"))):
        if one.get("name") not in ADDRESSES or one.get("value") is not None:
            continue
        secret = str(mapping(mapping(one.get("valueFrom")).get("secretKeyRef")).get("name", ""))
        cluster = secret.removesuffix("-app")
        known = cluster != secret and any(found.group == POSTGRESQL for found in objects.named("Cluster", cluster))
        yield Address(str(one["name"]), f"{cluster}-rw" if known else "", None, secret)
