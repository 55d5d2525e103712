"""How much a namespace may take: the sum of what its parts can become at most. Pure arithmetic.

A quota below that would stop a rollout or an autoscaler half way; one far above would be none.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from scalewright.declaration import Backend, Quantity, Resources
from scalewright.declaration.redis import HEADROOM

NOTHING = Quantity(0)
#: What a part takes that declares nothing; also what the namespace gives to containers of others, such as a person's.
DEFAULT = Resources(cpu=Quantity("100m"), memory=Quantity("256Mi"))
#: For programs that do little and hold little: relays and beats.
SMALL = Resources(cpu=Quantity("50m"), memory=Quantity("256Mi"))

#: A node of Kafka, half of whose memory is Java's.
KAFKA = Resources(cpu=Quantity("250m"), memory=Quantity("1Gi"))


@dataclass(frozen=True)
class Share:
    """What one part can become at most: so many pods at once, each with these resources and this much disk."""

    pods: int
    resources: Resources
    volumes: int = 0
    storage: Quantity = NOTHING
    beside: int = 0
    """Further containers of the same size in pods that another share counts."""


class Total(NamedTuple):
    """What a namespace may take, and the most memory that one container may."""

    pods: int
    cpu: Quantity
    memory: Quantity
    volumes: int
    storage: Quantity
    largest: Quantity

    def hard(self) -> dict[str, str]:
        """Return the limits of a ResourceQuota.

        Processor cores have no sum of limits, because a quota of those would demand one of every container. No Service
        of ours is reached from outside but through the gateway's controller.
        https://kubernetes.io/docs/concepts/policy/resource-quotas/
        """
        return {
            "pods": str(self.pods),
            "requests.cpu": str(self.cpu),
            "requests.memory": str(self.memory),
            "limits.memory": str(self.memory),
            "persistentvolumeclaims": str(self.volumes),
            "requests.storage": str(self.storage),
            "services.loadbalancers": "0",
            "services.nodeports": "0",
        }


def total(shares: Iterable[Share]) -> Total:
    """Add up shares."""
    shares = list(shares)
    return Total(
        pods=sum(one.pods for one in shares),
        cpu=sum(((one.pods + one.beside) * one.resources.cpu for one in shares), NOTHING),
        memory=sum(((one.pods + one.beside) * one.resources.memory for one in shares), NOTHING),
        volumes=sum(one.volumes for one in shares),
        storage=sum((one.volumes * one.storage for one in shares), NOTHING),
        largest=max([DEFAULT.memory, *(one.resources.memory for one in shares)]),
    )


def shares(backend: Backend) -> Iterator[Share]:
    """Yield what each part of a backend can become."""
    yield from _of_applications(backend)
    yield from _of_postgres(backend)
    yield from _of_redis(backend)
    yield from _of_events(backend)
    if backend.gateway and backend.gateway.tls:
        yield Share(1, SMALL)  # cert-manager proves there that the name is ours


def _of_applications(backend: Backend) -> Iterator[Share]:
    for service in backend.services.values():
        yield Share(_rolled(service.scale.max), service.resources or DEFAULT)
        if service.outbox:
            yield Share(_rolled(1), SMALL)
    for workers in backend.workers.values():
        yield Share(_rolled(workers.scale.max), workers.resources or DEFAULT)
        if workers.beat:
            yield Share(1, SMALL)


def _of_postgres(backend: Backend) -> Iterator[Share]:
    postgres = backend.postgres
    if postgres is None:
        return
    if postgres.migrations:
        yield Share(1, DEFAULT)
    if postgres.external:
        return
    # One more, because an instance whose disk is lost is made anew before the lost one is given up.
    instances = postgres.instances + 1
    yield Share(instances, postgres.resources or DEFAULT, instances, postgres.storage)
    if postgres.backups:
        yield Share(0, DEFAULT, beside=instances)
    if postgres.pooler:
        yield Share(_rolled(postgres.pooler.instances) * (2 if postgres.pooler.replicas else 1), DEFAULT)


def _of_redis(backend: Backend) -> Iterator[Share]:
    redis = backend.redis
    if redis is None or redis.external:
        return
    # A StatefulSet replaces its pods one by one, each only once the old one is gone.
    has_volumes = redis.persistence or redis.instances > 1
    asked = redis.resources or _enough(redis.memory, persistence=redis.persistence)
    yield Share(redis.instances, asked, redis.instances if has_volumes else 0, redis.storage)
    if redis.instances > 1:
        yield Share(0, DEFAULT, beside=redis.instances)  # sentinels
    if redis.cache:
        yield Share(1, redis.cache.resources or _enough(redis.cache.memory, persistence=False))


def _of_events(backend: Backend) -> Iterator[Share]:
    events = backend.events
    if events is None or events.engine == "redis" or events.external:
        return
    # Strimzi replaces nodes one by one, each only once the old one is gone.
    yield Share(events.brokers, events.resources or KAFKA, events.brokers, events.storage)
    # What looks after topics and users: two containers in a pod, which ends before its successor begins.
    yield Share(1, SMALL, beside=1)


def _enough(memory: Quantity, *, persistence: bool) -> Resources:
    """Return what a server that holds so much data takes, see `redis.enough`."""
    return Resources(cpu=DEFAULT.cpu, memory=max(DEFAULT.memory, memory * HEADROOM[persistence]))


def _rolled(replicas: int) -> int:
    """Return how many pods there are while a rollout replaces replicas: those that drain count until they are gone."""
    return 2 * replicas
