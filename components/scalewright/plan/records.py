"""Records of the processes that a machine would run."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class Record(BaseModel):
    """Plain, immutable data; equal when every field is."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class SecretValue(Record):
    """The value of a secret, by its name: read when the process starts, never stored in a record."""

    secret: str


class HttpHealth(Record):
    """Healthy while ``GET http://127.0.0.1:<port><path>`` answers 200."""

    type: Literal["http"] = "http"
    port: int
    path: str


class PostgresHealth(Record):
    """Healthy when the server accepts a login; a replica also when it streams from its primary."""

    type: Literal["postgres"] = "postgres"
    port: int
    role: Literal["primary", "replica"]


class RedisHealth(Record):
    """Healthy while the server answers PING."""

    type: Literal["redis"] = "redis"
    port: int


class PortHealth(Record):
    """Healthy while the port accepts connections: for servers that have no health endpoint of their own."""

    type: Literal["port"] = "port"
    port: int


class HeartbeatHealth(Record):
    """Healthy while the process touches `file` at least every `within` seconds: for what listens on no port."""

    type: Literal["heartbeat"] = "heartbeat"
    file: str
    within: float = 15.0


Health = Annotated[
    HttpHealth | PostgresHealth | RedisHealth | PortHealth | HeartbeatHealth, Field(discriminator="type")
]


class Stop(Record):
    """How a process is asked to end, and how many seconds it has before it is killed."""

    signal: Literal["TERM", "INT", "QUIT"] = "TERM"
    seconds: int = 10


class Process(Record):
    """One process of a machine, or one job that runs to its end.

    ``files`` are configuration files by path in the state folder, written before the start, so that a change restarts
    the process; ``watched`` are files which the process itself reads again, so that a change is only written. Both may
    hold ``{{secret:NAME}}``, filled in when the file is written. ``prepare`` is a command that is run before each
    start and does nothing where nothing is missing.
    """

    name: str
    noun: str
    kind: Literal["process", "job"] = "process"
    command: tuple[str, ...]
    environment: dict[str, str | SecretValue] = {}
    directory: str
    port: int | None = None
    health: Health | None = None
    depends_on: tuple[str, ...] = ()
    prepare: tuple[str, ...] = ()
    files: dict[str, str] = {}
    watched: dict[str, str] = {}
    source: str | None = None
    stop: Stop = Stop()
