"""A whole backend on Kubernetes: the components of its parts, wired together as it is declared."""

from pulumi import Output, Resource, ResourceOptions

from scalewright import declaration
from scalewright.kubernetes import declared
from scalewright.kubernetes.application import Broker, Database, Wiring
from scalewright.kubernetes.beat import Beat
from scalewright.kubernetes.component import Component
from scalewright.kubernetes.declared import Site
from scalewright.kubernetes.gateway import Gateway
from scalewright.kubernetes.migrations import Migrations
from scalewright.kubernetes.namespace import Namespace
from scalewright.kubernetes.relay import Relay
from scalewright.kubernetes.service import Service
from scalewright.kubernetes.workers import Workers


class Backend(Component):
    """Everything of one environment, in a namespace of its own: ``<backend>-<environment>``."""

    namespace: Output[str]
    """The namespace."""
    url: Output[str]
    """The address at which clients reach it; empty where no name is declared."""

    def __init__(self, backend: declaration.Backend, environment: str, opts: ResourceOptions | None = None) -> None:
        super().__init__(backend.name, {"environment": environment}, opts)
        name = f"{backend.name}-{environment}"
        namespace = Namespace(name, declared.namespace(backend), self.child())
        self.namespace = namespace.name
        site = Site(backend, self.namespace, self._data(backend, name))
        migrations = self._migrations(site)
        self._services(site, migrations)
        self._workers(site, migrations)
        self.url = self._gateway(site)
        self.register_outputs({"namespace": self.namespace, "url": self.url})

    def _data(self, backend: declaration.Backend, namespace: str) -> Wiring:
        """Return where applications find PostgreSQL and Redis."""
        owner = backend.name.replace("-", "_")
        return Wiring(
            database=Database(f"postgresql://{owner}@postgres-rw:5432/{owner}", "", "postgres-app")
            if backend.postgres
            else None,
            broker=Broker("redis://redis:6379/0", f"redis.{namespace}.svc:6379", "redis") if backend.redis else None,
        )

    def _migrations(self, site: Site) -> list[Resource]:
        """Make the migrations, and return what whoever needs their tables must wait for."""
        postgres, database = site.backend.postgres, site.wiring.database
        if postgres is None or postgres.migrations is None or database is None:
            return []
        name = "migrations"
        return [Migrations(name, declared.migrations(site, name, postgres.migrations, database), self.child())]

    def _services(self, site: Site, migrations: list[Resource]) -> None:
        for name, service in site.backend.services.items():
            after = migrations if "postgres" in service.uses else []
            Service(name, declared.service(site, name, service), self.child(depends_on=after))
            if service.outbox:
                Relay(f"{name}-relay", declared.relay(site, name, service), self.child(depends_on=after))

    def _workers(self, site: Site, migrations: list[Resource]) -> None:
        for name, workers in site.backend.workers.items():
            after = migrations if "postgres" in workers.uses else []
            Workers(f"{name}-worker", declared.workers(site, name, workers), self.child(depends_on=after))
            if workers.beat:
                Beat(f"{name}-beat", declared.beat(site, name, workers), self.child(depends_on=after))

    def _gateway(self, site: Site) -> Output[str]:
        gateway = site.backend.gateway
        if gateway is None:
            return Output.from_input("")
        return Gateway("gateway", declared.gateway(site, gateway), self.child()).url
