"""What the cluster of an environment is like, as far as it is not ours."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import Field

from scalewright.declaration.model import Model, Unique
from scalewright.declaration.names import Matching
from scalewright.declaration.resources import Cores, Size

NamespaceName: TypeAlias = Annotated[
    str,
    Matching(
        "[a-z0-9](?:[a-z0-9-]*[a-z0-9])?",
        "it must be the name of a namespace: lower-case letters, digits and hyphens, no hyphen at either end",
        "Write it as `kubectl get namespaces` shows it",
        longest=63,
    ),
]
"""A DNS label (RFC 1123)."""

Port: TypeAlias = Annotated[int, Field(ge=1, le=65535)]


class Operators(Model):
    """The namespaces that operators run in: from there, and nowhere else, they may reach what they look after."""

    cloudnative_pg: NamespaceName = "cnpg-system"
    """CloudNativePG."""
    keda: NamespaceName = "keda"
    """KEDA, which reads the length of queues."""
    prometheus: NamespaceName = "monitoring"
    """Prometheus, which scrapes, and which KEDA asks for rates of requests."""
    strimzi: NamespaceName = "strimzi"
    """Strimzi's cluster operator."""
    traefik: NamespaceName = "traefik"
    """Traefik, which serves the gateway."""


class Nodes(Model):
    """Nodes of one size that an environment can have at the most, by what Kubernetes calls allocatable."""

    count: int = Field(ge=1, le=5000)
    """How many, autoscaling of nodes included; 5000 is what Kubernetes supports in a cluster."""
    cpu: Cores
    """Processor cores of each that pods can have."""
    memory: Size
    """Memory of each that pods can have."""


class Cluster(Model):
    """A cluster: where its operators are, and how pods that need its API reach it."""

    operators: Operators = Operators()
    """The namespaces that operators run in."""
    api_ports: Annotated[list[Port], Field(min_length=1), Unique] = Field(default=[443, 6443])
    """Ports of the API server: of its Service, and of the server itself, which network policies see."""
    nodes: Nodes | None = None
    """Nodes that the environment can have; what it asks for at its most is held against them where they are known."""
