"""A whole backend on Kubernetes: the components of its parts, wired together as it is declared."""

from pulumi import Output, Resource, ResourceOptions

from scalewright import declaration
from scalewright.kubernetes import declared
from scalewright.kubernetes.application import Authority, Broker, Database, Wiring
from scalewright.kubernetes.beat import Beat
from scalewright.kubernetes.component import Component
from scalewright.kubernetes.declared import Site
from scalewright.kubernetes.gateway import Gateway
from scalewright.kubernetes.migrations import Migrations
from scalewright.kubernetes.namespace import Namespace
from scalewright.kubernetes.postgres import Postgres
from scalewright.kubernetes.redis import Redis
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
        site = Site(backend, self.namespace, self._data(backend))
        migrations = self._migrations(site)
        self._services(site, migrations)
        self._workers(site, migrations)
        self.url = self._gateway(site)
        self.register_outputs({"namespace": self.namespace, "url": self.url})

    def _data(self, backend: declaration.Backend) -> Wiring:
        """Make PostgreSQL and Redis, and return where applications find them."""
        return Wiring(
            database=self._database(backend, backend.postgres) if backend.postgres else None,
            broker=self._broker(backend, backend.redis) if backend.redis else None,
        )

    def _database(self, backend: declaration.Backend, postgres: declaration.Postgres) -> Database:
        made = Postgres("postgres", declared.postgres(backend, self.namespace, postgres), self.child())
        is_checked = postgres.external is None or postgres.external.tls == "verify"
        return Database(
            url=made.url,
            primary_url=made.primary_url,
            replica_urls=made.replica_urls,
            secret=made.secret,
            key=made.key,
            ssl_mode=made.ssl_mode,
            authority=Authority(made.ca_secret, made.ca_key) if is_checked else None,
        )

    def _broker(self, backend: declaration.Backend, redis: declaration.Redis) -> Broker:
        made = Redis("redis", declared.redis(backend, self.namespace, redis), self.child())
        return Broker(
            url=made.url,
            address=made.address,
            secret=made.secret,
            key=made.key,
            sentinels=made.sentinels if redis.instances > 1 else None,
            cache_url=made.cache_url if redis.cache else None,
            tls=bool(redis.external and redis.external.tls),
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
