"""A whole backend."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from pydantic import Field

from scalewright.declaration.agreement import disagreements
from scalewright.declaration.cluster import Cluster
from scalewright.declaration.events import Events
from scalewright.declaration.gateway import Gateway
from scalewright.declaration.model import Model
from scalewright.declaration.names import Image, Name, RelativePath
from scalewright.declaration.object_store import ObjectStore
from scalewright.declaration.observability import Observability
from scalewright.declaration.postgres import Postgres
from scalewright.declaration.problem import Problem
from scalewright.declaration.programs import Programs
from scalewright.declaration.redis import Redis
from scalewright.declaration.secrets import Secrets
from scalewright.declaration.service import Service
from scalewright.declaration.workers import Workers

if TYPE_CHECKING:
    from collections.abc import Iterator

Platform: TypeAlias = Literal["local", "docker", "kubernetes"]
"""Where a backend can run: processes of this machine, Docker Swarm, or a Kubernetes cluster."""

DATABASE_NAMES = ("postgres", "replicator", "template0", "template1")
"""Databases and roles that every PostgreSQL of ours has already."""


class Backend(Model):
    """Everything that a backend is, and how far it may scale."""

    name: Name = Field(examples=["shop"])
    """Its name: prefix of everything that is made for it."""
    platform: Platform = "local"
    """Where it runs."""
    image: Image | None = Field(default=None, examples=["ghcr.io/acme/shop:1.4.0"])
    """Container image of the application. A tag can move, a digest cannot."""
    source: RelativePath = "."
    """Folder of the application, relative to the project."""
    postgres: Postgres | None = None
    """The relational database."""
    redis: Redis | None = None
    """The cache and broker."""
    services: dict[Name, Service] = Field(default_factory=dict)
    """HTTP services by name."""
    workers: dict[Name, Workers] = Field(default_factory=dict)
    """Sets of workers by name."""
    gateway: Gateway | None = None
    """The way in from outside."""
    events: Events | None = None
    """Streams of events."""
    object_store: ObjectStore | None = None
    """Storage of files."""
    secrets: Secrets | None = None
    """Secrets that are kept elsewhere; platform kubernetes only."""
    observability: Observability | None = None
    """Metrics and objectives."""
    programs: Programs = Programs()
    """Which server programs the local platform starts."""
    cluster: Cluster = Cluster()
    """What the cluster is like; platform kubernetes only."""

    @property
    def visibility_timeout(self) -> float:
        """Seconds after which a task that nobody acknowledged is given to another worker; 0 without workers.

        A task may run for its longest time and wait as long again.
        """
        return 2 * max((workers.longest_task.seconds for workers in self.workers.values()), default=0.0)

    def contradictions(self) -> Iterator[Problem]:
        """Check the parts of the backend against each other."""
        if self.postgres is not None and self.name in DATABASE_NAMES:
            yield Problem(
                ("name",),
                self.name,
                f"it must differ from {', '.join(DATABASE_NAMES)}, because a database of its own is named for it",
                "Rename the backend",
            )
        yield from disagreements(self)
