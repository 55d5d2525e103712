"""Servers that somebody else runs, such as a managed database."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, Field

from scalewright.declaration.model import Model, Unique
from scalewright.declaration.names import Matching, ObjectName
from scalewright.declaration.problem import refused

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


def _network(text: str) -> str:
    try:
        ip_network(text)
    except ValueError:
        raise refused(
            "it must be addresses in CIDR notation, with no bit set beyond the prefix", "Write it as in 10.1.0.0/16"
        ) from None
    return text


Cidrs: TypeAlias = Annotated[list[Annotated[str, AfterValidator(_network)]], Unique]
"""Addresses of RFC 4632 or RFC 4291."""


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
    cidrs: Cidrs = Field(default_factory=list, examples=[["10.1.0.0/16"]])
    """Where its addresses are: pods reach its ports there only. Anywhere by default, for names lead to any address."""


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
    cidrs: Cidrs = Field(default_factory=list, examples=[["10.1.0.0/16"]])
    """Where its addresses are: pods reach its ports there only. Anywhere by default, for names lead to any address."""


class ExternalEvents(Model):
    """A Kafka that somebody else runs, reached by TLS with certificates on both sides."""

    bootstrap: Annotated[list[Endpoint], Field(min_length=1, examples=[["b-1.example.com:9094"]]), Unique]
    """Hosts and ports at which clients begin; brokers must listen on no other ports."""
    secret: ObjectName = Field(examples=["shop-kafka"])
    """Name of the Secret, in the namespace of the environment, that holds certificates and key."""
    ca: SecretKey = "ca.crt"
    """The Secret's key for the certificate of the brokers' authority."""
    certificate: SecretKey = "user.crt"
    """The Secret's key for the certificate of the clients."""
    key: SecretKey = "user.key"
    """The Secret's key for the private key to it."""
    cidrs: Cidrs = Field(default_factory=list, examples=[["10.1.0.0/16"]])
    """Where its addresses are: pods reach its ports there only. Anywhere by default, for names lead to any address."""
