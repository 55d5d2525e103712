"""Addresses of servers in the variables of a process. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

POSTGRES = re.compile(r"(?:jdbc:|db\+)?postgres(?:ql)?(?:\+\w+)?://")
REDIS = re.compile(r"(?:rediss?|valkeys?|sentinel)(?:\+\w+)?://")
#: Where a service reads from replicas, and whether it does: docs/environment.md.
REPLICAS, READS = "DATABASE_REPLICA_URLS", "DATABASE_READS"


class Address(NamedTuple):
    """A server as a process knows it."""

    variable: str
    host: str
    port: int | None
    account: str
    """User and database: a pooler has a pool for each pair."""


def addresses(variables: Mapping[str, str], scheme: re.Pattern[str]) -> Iterator[Address]:
    """Yield every address of a kind, of lists each; those of replicas only where reads may go there."""
    for name, value in variables.items():
        if name == REPLICAS and variables.get(READS) == "primary":
            continue
        for part in re.split(r"[;,](?=[a-z+:]+//)", value):
            if match := scheme.match(part):
                yield from _hosts(name, part[match.end() :])


def _hosts(variable: str, rest: str) -> Iterator[Address]:
    """Yield the hosts of ``user@host:port,host:port/database?options``."""
    authority, _, path = re.split(r"\?", rest, maxsplit=1)[0].partition("/")
    login, _, hosts = authority.rpartition("@")
    account = f"{login.partition(':')[0]}/{path}"
    for one in hosts.split(","):
        host, _, port = one.strip().rpartition(":") if re.search(r":\d+$", one.strip()) else (one.strip(), "", "")
        if host:
            yield Address(variable, host, int(port) if port else None, account)
