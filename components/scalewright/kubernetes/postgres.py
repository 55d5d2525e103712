"""PostgreSQL: a primary and its replicas by CloudNativePG, poolers and backups; or one that somebody else runs."""

from collections.abc import Iterator
from typing import Any, NotRequired, TypedDict

from pulumi import Input, Output, ResourceOptions
from pulumi_kubernetes.apiextensions import CustomResource

from scalewright import declaration
from scalewright.declaration.external import Identifier
from scalewright.declaration.names import Image, ObjectName
from scalewright.declaration.problem import Problem
from scalewright.kubernetes import arguments, postgres_backup, postgres_cluster, postgres_pooler
from scalewright.kubernetes.arguments import Rules
from scalewright.kubernetes.component import Component
from scalewright.kubernetes.metadata import metadata
from scalewright.kubernetes.pod import ResourcesArgs
from scalewright.kubernetes.postgres_backup import BackupsArgs
from scalewright.kubernetes.postgres_pooler import READS, WRITES, PoolerArgs

API = "postgresql.cnpg.io/v1"
ROLE = "database"
PORT = 5432
#: `sslmode` of libpq, which asyncpg knows, too: https://www.postgresql.org/docs/current/libpq-ssl.html
SSL_MODES = {"off": "disable", "require": "require", "verify": "verify-full"}
CA_KEY = "ca.crt"


class ExternalPostgresArgs(TypedDict):
    """A PostgreSQL that somebody else runs."""

    primary: Input[str]
    """Host and port that take writes."""
    replicas: NotRequired[list[Input[str]]]
    """Hosts and ports that answer reads."""
    user: NotRequired[Input[str]]
    """Who logs in; by default named as the database."""
    secret: Input[str]
    """Name of the Secret that holds the password."""
    key: NotRequired[Input[str]]
    """Key for the password; `password` by default."""
    tls: NotRequired[str]
    """`off`, `require` (the default) or `verify`, which reads the authority's certificate from the key `ca.crt`."""


class PostgresArgs(TypedDict):
    """A primary and its replicas, which answer at ``<name>-rw`` and ``<name>-ro``."""

    namespace: Input[str]
    """The namespace that it lives in."""
    part_of: NotRequired[Input[str]]
    """Name of the backend that it belongs to."""
    image: NotRequired[Input[str]]
    """Container image of CloudNativePG's PostgreSQL; its tag must begin with the version."""
    database: NotRequired[Input[str]]
    """Name of the database and of its owner; `app` by default."""
    instances: NotRequired[int]
    """The primary and its replicas together; 1 by default."""
    max_connections: NotRequired[int]
    """Connections that each instance accepts; 100 by default."""
    storage: NotRequired[Input[str]]
    """Disk of each instance; `1Gi` by default. It can grow, and never shrink."""
    storage_class: NotRequired[Input[str]]
    """StorageClass of the disks; the cluster's default where it is left out."""
    parameters: NotRequired[dict[str, Input[str]]]
    """Further settings of postgresql.conf."""
    synchronous: NotRequired[str]
    """`required` or `preferred`: whether a commit waits until a replica has it; by default it does not."""
    pooler: NotRequired[PoolerArgs]
    """Connection pooling; none by default."""
    backups: NotRequired[BackupsArgs]
    """Backups; none by default."""
    resources: NotRequired[ResourcesArgs]
    """Requests and limits of each instance; `100m` and `256Mi` by default."""
    monitored: NotRequired[bool]
    """Whether Prometheus, by its operator, scrapes instances and poolers; false by default."""
    external: NotRequired[ExternalPostgresArgs]
    """A database that somebody else runs: nothing is made, and the outputs tell where it is."""


#: Settings of the component alone; what it shares with the declaration is judged by that.
RULES = Rules(
    shape=PostgresArgs,
    of={
        "database": Identifier,
        "image": Image,
        "storage_class": ObjectName,
        "pooler": dict[str, Any],
        "monitored": bool,
    },
    part=declaration.Postgres,
)


class Postgres(Component):
    """A CloudNativePG ``Cluster`` with ``Pooler``s, ``ObjectStore`` and ``ScheduledBackup``, or an external database.

    An application reads from replicas past the pooler, unless `pooler.replicas` makes one for it in session mode.
    """

    primary_endpoint: Output[str]
    """Host and port of the primary."""
    replica_endpoint: Output[str]
    """Host and port that lead to any of the replicas, several separated by commas; empty where there is none."""
    pooler_endpoint: Output[str]
    """Host and port of the poolers before the primary; empty where there are none."""
    replica_pooler_endpoint: Output[str]
    """Host and port of the poolers before the replicas; empty where there are none."""
    url: Output[str]
    """Address for applications, without password: through the poolers where there are some."""
    primary_url: Output[str]
    """Address of the primary itself, which migrations need: they use more than a pooler can pass on."""
    replica_urls: Output[str]
    """Addresses for reads, separated by commas; empty where there is no replica."""
    secret: Output[str]
    """Name of the Secret that holds the password of the database's owner."""
    key: Output[str]
    """Key for the password."""
    ssl_mode: Output[str]
    """How clients connect, as `PGSSLMODE` has it."""
    ca_secret: Output[str]
    """Name of the Secret that holds the certificate by which the server is known; empty where it is not checked."""
    ca_key: Output[str]
    """Key for that certificate."""

    def __init__(self, name: str, args: PostgresArgs, opts: ResourceOptions | None = None) -> None:
        arguments.check("Postgres", name, args, RULES, _of_pooler)
        super().__init__(name, args, opts)
        if "external" in args:
            self._external(args, args["external"])
        else:
            self._make(name, args)
            self._internal(name, args)
        self.finish()

    def _make(self, name: str, args: PostgresArgs) -> None:
        # Data outlives what describes it: a `pulumi destroy` by mistake must not be the end of it.
        kept = self.child(retain_on_delete=True)
        store = [postgres_backup.store(args, name, args["backups"], kept)] if "backups" in args else []
        cluster = CustomResource(
            name,
            api_version=API,
            kind="Cluster",
            metadata=metadata(args, name, ROLE),
            spec=postgres_cluster.spec(name, args),
            opts=self.child(retain_on_delete=True, depends_on=store),
        )
        after = self.child(depends_on=[cluster])
        if "backups" in args:
            postgres_backup.schedule(args, name, args["backups"], after)
        for kind in _poolers(name, args):
            postgres_pooler.pool(args, name, kind, args["pooler"], after)
        if args.get("monitored"):
            self._monitor(name, args)

    def _monitor(self, name: str, args: PostgresArgs) -> None:
        """Have Prometheus scrape instances and poolers; the operator's own field for it is deprecated."""
        selectors = {name: {postgres_cluster.SELECTOR: name, **postgres_cluster.INSTANCES}}
        selectors |= {one: {postgres_pooler.SELECTOR: one} for one in _poolers(name, args).values()}
        for one, selector in selectors.items():
            CustomResource(
                one,
                api_version="monitoring.coreos.com/v1",
                kind="PodMonitor",
                metadata=metadata(args, one, ROLE),
                spec={"selector": {"matchLabels": selector}, "podMetricsEndpoints": [{"port": "metrics"}]},
                opts=self.child(),
            )

    def _internal(self, name: str, args: PostgresArgs) -> None:
        def at(service: str | None) -> Output[str]:
            return Output.concat(service, ".", args["namespace"], f".svc:{PORT}") if service else Output.from_input("")

        made = _poolers(name, args)
        self.primary_endpoint = at(f"{name}-rw")
        self.replica_endpoint = at(f"{name}-ro" if args.get("instances", 1) > 1 else None)
        self.pooler_endpoint, self.replica_pooler_endpoint = at(made.get(WRITES)), at(made.get(READS))
        user = base = postgres_cluster.database(args)
        self.primary_url = _urls(user, self.primary_endpoint, base)
        self.url = _urls(user, self.pooler_endpoint, base) if made else self.primary_url
        self.replica_urls = _urls(user, self.replica_pooler_endpoint if READS in made else self.replica_endpoint, base)
        self.secret, self.key = Output.from_input(f"{name}-app"), Output.from_input("password")
        # The operator's own authority has signed for exactly these names, so the strictest mode costs nothing.
        self.ssl_mode = Output.from_input(SSL_MODES["verify"])
        self.ca_secret, self.ca_key = Output.from_input(f"{name}-ca"), Output.from_input(CA_KEY)

    def _external(self, args: PostgresArgs, external: ExternalPostgresArgs) -> None:
        base = postgres_cluster.database(args)
        user, tls = external.get("user", base), external.get("tls", "require")
        nothing = Output.from_input("")
        self.primary_endpoint = Output.from_input(external["primary"])
        self.replica_endpoint = _joined(external.get("replicas", []))
        self.pooler_endpoint = self.replica_pooler_endpoint = nothing
        self.url = self.primary_url = _urls(user, self.primary_endpoint, base)
        self.replica_urls = _urls(user, self.replica_endpoint, base)
        self.secret = Output.from_input(external["secret"])
        self.key = Output.from_input(external.get("key", "password"))
        self.ssl_mode = Output.from_input(SSL_MODES[tls])
        self.ca_secret = self.secret if tls == "verify" else nothing
        self.ca_key = Output.from_input(CA_KEY)


def _poolers(name: str, args: PostgresArgs) -> dict[str, str]:
    """Return the names of the poolers, if there are any, by what they are for."""
    return postgres_pooler.poolers(name, args["pooler"]) if "pooler" in args else {}


def _urls(user: Input[str], endpoints: Output[str], database: Input[str]) -> Output[str]:
    """Return the address of each endpoint of a list separated by commas."""
    return Output.all(user, endpoints, database).apply(
        lambda known: ",".join(f"postgresql://{known[0]}@{one}/{known[2]}" for one in known[1].split(",") if one)
    )


def _joined(parts: list[Input[str]]) -> Output[str]:
    return Output.all(*parts).apply(lambda known: ",".join(map(str, known)))


def _of_pooler(args: PostgresArgs) -> Iterator[Problem]:
    """Yield what is wrong with a pooler by the declaration's rules, but for what only the component has."""
    if "pooler" not in args:
        return
    own = {key: value for key, value in args["pooler"].items() if key not in {"resources", "statement_seconds"}}
    around = {key: args.get(key) for key in ("instances", "max_connections", "external")}
    known = {key: value for key, value in around.items() if value is not None and arguments.is_plain(value)}
    for problem in arguments.judged(declaration.Postgres, {**known, "pooler": own}):
        if problem.path[:1] == ("pooler",):
            yield problem
