"""The relational database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

from pydantic import Field, PlainValidator, WithJsonSchema

from scalewright.declaration.backups import Backups
from scalewright.declaration.external import ExternalPostgres
from scalewright.declaration.model import Model
from scalewright.declaration.names import Matching, ModuleName, RelativePath
from scalewright.declaration.problem import Problem, refused
from scalewright.declaration.quantity import Quantity
from scalewright.declaration.resources import Resources, Size

if TYPE_CHECKING:
    from collections.abc import Iterator

_SETTINGS = {
    "max_connections": "Set postgres.max_connections",
    "port": "Take it out: the platform chooses ports",
    "listen_addresses": "Take it out: the platform decides who can connect",
    "synchronous_standby_names": "Take it out: the platform names the replicas",
}
"""Parameters that the platform sets, and what to do instead where there is something better than leaving them."""

_PLATFORM_PREFIXES = ("log_", "recovery_target", "ssl", "syslog_", "unix_socket_")
_PLATFORM_PARAMETERS = frozenset(_SETTINGS) | {
    "allow_alter_system",
    "archive_cleanup_command",
    "archive_command",
    "archive_library",
    "archive_mode",
    "cluster_name",
    "config_file",
    "data_directory",
    "data_sync_retry",
    "external_pid_file",
    "hba_file",
    "hot_standby",
    "ident_file",
    "logging_collector",
    "max_replication_slots",
    "max_wal_senders",
    "password_encryption",
    "primary_conninfo",
    "primary_slot_name",
    "restore_command",
    "wal_level",
    "wal_log_hints",
}
_LOGGING_OF_STATEMENTS = (
    "log_autovacuum_min_duration",
    "log_checkpoints",
    "log_connections",
    "log_disconnections",
    "log_duration",
    "log_lock_waits",
    "log_min_",
    "log_parameter_max_length",
    "log_replication_commands",
    "log_statement",
    "log_temp_files",
    "log_transaction_sample_rate",
)
"""What is logged is the user's affair; where to, in which form and for how long is the platform's."""


def _parameter_value(value: object) -> object:
    if not isinstance(value, str | int | float | bool):
        raise refused("it must be text, a number, true or false", "Write it as in postgresql.conf")
    if isinstance(value, str) and not value.isprintable():
        raise refused("it must be one line of printable text", "Take the line break or control character out")
    return value


ParameterName: TypeAlias = Annotated[
    str,
    Matching(
        r"[a-z_][a-z0-9_]*(?:\.[a-z_][a-z0-9_]*)?",
        "it must be the name of a PostgreSQL parameter, in lower case",
        "See https://www.postgresql.org/docs/current/runtime-config.html",
        longest=63,
    ),
]
ParameterValue: TypeAlias = Annotated[
    str | int | float | bool,
    PlainValidator(_parameter_value),
    WithJsonSchema({"type": ["string", "number", "boolean"]}),
]


class Pooler(Model):
    """Connection pooling (PgBouncer) between the services and the database."""

    instances: int = Field(default=1, ge=1, le=16)
    """How many poolers run."""
    mode: Literal["session", "transaction"] = "transaction"
    """When a server connection returns to the pool: at the end of a transaction, or only of a session."""
    pool_size: int = Field(default=20, ge=1, le=10_000)
    """Server connections that each pooler holds for one user and database."""
    max_clients: int = Field(default=1000, ge=1, le=100_000)
    """Client connections that each pooler accepts."""
    replicas: bool = False
    """Whether reads from replicas go through poolers of their own, too.

    Those pool sessions, whatever `mode` says: an application remembers for each connection what its replica has
    replayed. They hold `pool_size` connections to replicas, so it must cover all that applications keep open.
    """

    def contradictions(self) -> Iterator[Problem]:
        """More server connections than clients would stand idle for ever."""
        if self.pool_size > self.max_clients:
            yield Problem(
                ("pool_size",),
                self.pool_size,
                f"it must be at most max_clients ({self.max_clients})",
                "Lower pool_size or raise max_clients",
                reads=(("max_clients",),),
            )


class Postgres(Model):
    """A PostgreSQL primary and its streaming replicas."""

    instances: int = Field(default=1, ge=1, le=16)
    """The primary and its replicas together: 3 are a primary and two replicas."""
    max_connections: int = Field(default=100, ge=10, le=10_000)
    """Connections that each instance accepts.

    At least 10, because replication and administration take some; at most 10000, because each is a process of
    its own: beyond a few hundred, a pooler serves better.
    """
    storage: Size = Quantity("1Gi")
    """Disk of each instance."""
    parameters: dict[ParameterName, ParameterValue] = Field(default_factory=dict)
    """Further settings of postgresql.conf, for example `work_mem: 8MB`."""
    pooler: Pooler | None = None
    """Connection pooling; none by default."""
    synchronous: Literal["preferred", "required"] | None = None
    """Whether a commit waits until a replica has it, too; by default it does not.

    `required`: always, so that no acknowledged write is lost with the primary, and writes wait while no replica is
    there. `preferred`: as long as one is there.
    """
    backups: Backups | None = None
    """Base backups and an archive of the write-ahead log; none by default."""
    external: ExternalPostgres | None = None
    """A database that somebody else runs, instead of one that is made."""
    migrations: RelativePath | None = Field(default=None, examples=["alembic.ini"])
    """Alembic's configuration inside `source`; it is brought to its head before any service starts."""
    seed: ModuleName | None = Field(default=None, examples=["shop.products.seed"])
    """A module that `python -m` runs once after the migrations, to fill in example rows. Platform local only."""
    resources: Resources | None = None
    """Requests and limits of each instance."""

    @property
    def has_replicas(self) -> bool:
        """Whether something else than the primary can answer reads."""
        return bool(self.external.replicas) if self.external else self.instances > 1

    def contradictions(self) -> Iterator[Problem]:
        """Refuse parameters that the platform sets itself, and what is asked of servers that are not there."""
        yield from self._of_parameters()
        yield from self._of_pooler()
        yield from self._of_external()
        if self.synchronous and not self.external and self.instances < 2:
            yield Problem(
                ("synchronous",),
                self.synchronous,
                "it must not be set while instances is 1, which is no replica to wait for",
                "Set instances to 2 or more (3, if writes shall go on while one is away), or take synchronous out",
                reads=(("instances",),),
            )

    def _of_parameters(self) -> Iterator[Problem]:
        for name, value in self.parameters.items():
            if _set_by_platform(name):
                remedy = _SETTINGS.get(name, "Take it out")
                yield Problem(
                    ("parameters", name), value, "it must be left to the platform, which sets it itself", remedy
                )

    def _of_pooler(self) -> Iterator[Problem]:
        if self.pooler and self.pooler.replicas and not self.external and self.instances < 2:
            yield Problem(
                ("pooler", "replicas"),
                True,
                "it must be false while instances is 1, which is no replica",
                "Set instances to 2 or more, or take replicas out",
                reads=(("instances",),),
            )
        if self.pooler and self.pooler.instances * self.pooler.pool_size > self.max_connections:
            yield Problem(
                ("pooler", "pool_size"),
                self.pooler.pool_size,
                f"it must, times pooler.instances ({self.pooler.instances}), be at most max_connections "
                f"({self.max_connections})",
                "Lower pool_size or pooler.instances, or raise max_connections",
                reads=(("pooler", "instances"), ("max_connections",)),
            )

    def _of_external(self) -> Iterator[Problem]:
        """Refuse what would be promised of a server that is not made; its sizes may stand there for the others."""
        if self.external is None:
            return
        asked = {name: getattr(self, name) for name in ("parameters", "pooler", "synchronous", "backups")}
        for name, value in asked.items():
            if value:
                yield Problem(
                    (name,),
                    value.model_dump(mode="json", exclude_unset=True) if isinstance(value, Model) else value,
                    "it must not be set beside external, where somebody else decides it",
                    f"Ask whoever runs the database for it, and set postgres.{name} to null",
                    reads=(("external",),),
                )


def _set_by_platform(parameter: str) -> bool:
    if parameter.startswith(_LOGGING_OF_STATEMENTS):
        return False
    return parameter in _PLATFORM_PARAMETERS or parameter.startswith(_PLATFORM_PREFIXES)
