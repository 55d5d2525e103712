"""How much a namespace may take: the sum of what its parts can become at most. Pure arithmetic.

A quota below that would stop a rollout or an autoscaler half way; one far above would be none.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from scalewright.declaration import Backend, Quantity, Resources

NOTHING = Quantity(0)
#: What a part takes that declares nothing; also what the namespace gives to containers of others, such as a person's.
DEFAULT = Resources(cpu=Quantity("100m"), memory=Quantity("256Mi"))
#: For programs that do little and hold little: relays and beats.
SMALL = Resources(cpu=Quantity("50m"), memory=Quantity("256Mi"))


@dataclass(frozen=True)
class Share:
    """What one part can become at most: so many pods at once, each with these resources and this much disk."""

    pods: int
    resources: Resources
    volumes: int = 0
    storage: Quantity = NOTHING


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
        cpu=sum((one.pods * one.resources.cpu for one in shares), NOTHING),
        memory=sum((one.pods * one.resources.memory for one in shares), NOTHING),
        volumes=sum(one.volumes for one in shares),
        storage=sum((one.volumes * one.storage for one in shares), NOTHING),
        largest=max([DEFAULT.memory, *(one.resources.memory for one in shares)]),
    )


def shares(backend: Backend) -> Iterator[Share]:
    """Yield what each part of a backend can become."""
    yield from _of_applications(backend)
    yield from _of_postgres(backend)
    if redis := backend.redis:
        yield Share(1, redis.resources or DEFAULT, 1, redis.storage)
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
    # One more, because an instance whose disk is lost is made anew before the lost one is given up.
    instances = postgres.instances + 1
    yield Share(instances, postgres.resources or DEFAULT, instances, postgres.storage)
    if postgres.pooler:
        yield Share(_rolled(postgres.pooler.instances), DEFAULT)
    if postgres.migrations:
        yield Share(1, DEFAULT)


def _rolled(replicas: int) -> int:
    """Return how many pods there are while a rollout replaces replicas: those that drain count until they are gone."""
    return 2 * replicas
