"""Servers that somebody else runs, such as a managed database."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from scalewright.declaration.model import Model, Unique
from scalewright.declaration.names import Matching, ObjectName

Endpoint: TypeAlias = Annotated[
    str,
    Matching(
        r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?:[0-9]{1,5}",
        "it must be a host and a port",
        "Write it as in db.example.com:5432",
        longest=259,
    ),
]
"""A host name or IPv4 address, a colon and a port."""

SecretKey: TypeAlias = Annotated[
    str,
    Matching(
        r"[A-Za-z0-9._-]+",
        "it must be the key of a Kubernetes Secret: letters, digits, dots, hyphens and underscores",
        "Name the key, not the value that it holds",
    ),
]

Identifier: TypeAlias = Annotated[
    str,
    Matching(
        "[a-z_][a-z0-9_]*",
        "it must be a name of PostgreSQL in lower case: letters, digits and underscores, no digit first",
        "Rename it",
        longest=63,
    ),
]
"""A name that PostgreSQL takes without quotes."""


class ExternalPostgres(Model):
    """A PostgreSQL that somebody else runs. Nothing is made; applications are told where it is."""

    primary: Endpoint = Field(examples=["db.example.com:5432"])
    """Host and port that take writes."""
    replicas: Annotated[list[Endpoint], Unique] = Field(default_factory=list, examples=[["db-ro.example.com:5432"]])
    """Hosts and ports that answer reads. One that leads to several must keep a connection on one of them."""
    database: Identifier | None = None
    """Its database; by default the backend's name, with underscores."""
    user: Identifier | None = None
    """Who logs in, and owns the database; by default named as the database."""
    secret: ObjectName = Field(examples=["shop-database"])
    """Name of the Secret, in the namespace of the environment, that holds the password."""
    key: SecretKey = "password"
    """The Secret's key for the password."""
    tls: Literal["off", "require", "verify"] = "require"
    """Whether connections are encrypted, and with `verify` also the server's name and certificate checked.

    `verify` reads the certificate of its authority from the Secret's key `ca.crt`.
    """


class ExternalRedis(Model):
    """A Redis that somebody else runs. Nothing is made; applications are told where it is."""

    address: Endpoint = Field(examples=["redis.example.com:6379"])
    """Host and port of the server that takes writes."""
    tls: bool = False
    """Whether connections are encrypted, and the server's certificate checked against the system's authorities."""
    secret: ObjectName = Field(examples=["shop-redis"])
    """Name of the Secret, in the namespace of the environment, that holds the password."""
    key: SecretKey = "password"
    """The Secret's key for the password."""
