"""A whole backend on Kubernetes: the components of its parts, wired together as it is declared."""

from collections.abc import Mapping

from pulumi import Input, Output, Resource, ResourceOptions

from scalewright import declaration
from scalewright.kubernetes import application, declared, declared_data, names
from scalewright.kubernetes.application import Authority, Broker, Database, Store, Streams, Wiring
from scalewright.kubernetes.beat import Beat
from scalewright.kubernetes.component import Component
from scalewright.kubernetes.declared import Site
from scalewright.kubernetes.events import Events, user_secret
from scalewright.kubernetes.gateway import Gateway
from scalewright.kubernetes.migrations import Migrations
from scalewright.kubernetes.namespace import Namespace
from scalewright.kubernetes.network import Network
from scalewright.kubernetes.object_store import ObjectStore
from scalewright.kubernetes.observability import Observability
from scalewright.kubernetes.postgres import Postgres
from scalewright.kubernetes.redis import Redis
from scalewright.kubernetes.relay import Relay
from scalewright.kubernetes.secrets import Secrets
from scalewright.kubernetes.service import Service
from scalewright.kubernetes.workers import Workers


class Backend(Component):
    """Everything of one environment, in a namespace of its own: ``<backend>-<environment>``."""

    namespace: Output[str]
    """The namespace."""
    url: Output[str]
    """The address at which clients reach it; empty where no name is declared."""
    primary: Output[str]
    """Host and port of the database's primary; empty without database."""
    replicas: Output[list[str]]
    """Hosts and ports that lead to its replicas, each perhaps to any of several; empty where there is none."""
    pooler: Output[str]
    """Host and port of the poolers before its primary; empty where there are none."""

    def __init__(
        self,
        backend: declaration.Backend,
        environment: str,
        opts: ResourceOptions | None = None,
        *,
        secrets: Mapping[str, Mapping[str, Input[str]]] | None = None,
    ) -> None:
        """Make it; `secrets` are those whose values are given, by name and key."""
        super().__init__(backend.name, {"environment": environment}, opts)
        name = f"{backend.name}-{environment}"
        namespace = Namespace(name, declared.namespace(backend), self.child())
        self.namespace = namespace.name
        self.primary = self.pooler = Output.from_input("")
        self.replicas = Output.from_input([])
        Network(names.NETWORK, declared.network(backend, self.namespace), self.child())
        if secrets or backend.secrets:
            Secrets(names.SECRETS, declared.secrets(backend, self.namespace, secrets or {}), self.child())
        site = Site(backend, self.namespace, self._data(backend))
        migrations = self._migrations(site)
        self._services(site, migrations)
        self._workers(site, migrations)
        self.url = self._gateway(site)
        if backend.observability and backend.observability.metrics:
            self._observability(backend, name, namespace)
        self.finish()

    def _data(self, backend: declaration.Backend) -> Wiring:
        """Make what holds data, and return where applications find it."""
        broker = self._broker(backend, backend.redis) if backend.redis else None
        return Wiring(
            database=self._database(backend, backend.postgres) if backend.postgres else None,
            broker=broker,
            streams=self._streams(backend, backend.events, broker) if backend.events else None,
            store=self._store(backend, backend.object_store) if backend.object_store else None,
        )

    def _database(self, backend: declaration.Backend, postgres: declaration.Postgres) -> Database:
        made = Postgres(names.POSTGRES, declared_data.postgres(backend, self.namespace, postgres), self.child())
        self.primary, self.pooler = made.primary_endpoint, made.pooler_endpoint
        self.replicas = made.replica_endpoint.apply(lambda known: [one for one in known.split(",") if one])
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
        made = Redis(names.REDIS, declared_data.redis(backend, self.namespace, redis), self.child())
        return Broker(
            url=made.url,
            address=made.address,
            secret=made.secret,
            key=made.key,
            sentinels=made.sentinels if redis.instances > 1 else None,
            cache_url=made.cache_url if redis.cache else None,
            tls=redis.external.tls if redis.external else redis.tls,
            authority=Authority(made.ca_secret, made.ca_key) if redis.tls else None,
        )

    def _streams(self, backend: declaration.Backend, events: declaration.Events, broker: Broker | None) -> Streams:
        """Make Kafka; streams of Redis are on the broker, and need nothing of their own."""
        if events.engine == "redis":
            assert broker is not None  # noqa: S101 - the declaration demands it
            return Streams(url=broker.url)
        made = Events(names.EVENTS, declared_data.events(backend, self.namespace, events), self.child())
        secrets: dict[str, Input[str]] = {
            user: made.secret if events.external else user_secret(names.EVENTS, user)
            for user, _ in application.users(backend, "events")
        }
        return Streams(
            made.url, Authority(made.ca_secret, made.ca_key), secrets, made.certificate_key, made.private_key
        )

    def _store(self, backend: declaration.Backend, store: declaration.ObjectStore) -> Store:
        made = ObjectStore(names.OBJECT_STORE, declared_data.object_store(backend, self.namespace, store), self.child())
        return Store(made.endpoint, made.secret, made.access_key, made.secret_key)

    def _migrations(self, site: Site) -> list[Resource]:
        """Make the migrations, and return what whoever needs their tables must wait for."""
        postgres, database = site.backend.postgres, site.wiring.database
        if postgres is None or postgres.migrations is None or database is None:
            return []
        name = names.MIGRATIONS
        return [Migrations(name, declared.migrations(site, name, postgres.migrations, database), self.child())]

    def _services(self, site: Site, migrations: list[Resource]) -> None:
        for name, service in site.backend.services.items():
            after = migrations if "postgres" in service.uses else []
            Service(name, declared.service(site, name, service), self.child(depends_on=after))
            if service.outbox:
                Relay(names.relay(name), declared.relay(site, name, service), self.child(depends_on=after))

    def _workers(self, site: Site, migrations: list[Resource]) -> None:
        for name, workers in site.backend.workers.items():
            after = migrations if "postgres" in workers.uses else []
            Workers(names.worker(name), declared.workers(site, name, workers), self.child(depends_on=after))
            if workers.beat:
                Beat(names.beat(name), declared.beat(site, name, workers), self.child(depends_on=after))

    def _gateway(self, site: Site) -> Output[str]:
        gateway = site.backend.gateway
        if gateway is None:
            return Output.from_input("")
        return Gateway(names.GATEWAY, declared.gateway(site, gateway), self.child()).url

    def _observability(self, backend: declaration.Backend, name: str, namespace: Namespace) -> None:
        # Rules and pictures name the namespace in their text, so that it is waited for by hand.
        after = self.child(depends_on=[namespace])
        Observability(names.OBSERVABILITY, declared.observability(backend, name), after)
