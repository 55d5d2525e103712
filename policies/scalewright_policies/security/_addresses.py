"""Addresses that containers are told in their environment."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scalewright.plan.policy import Container


class Address(NamedTuple):
    """One address: how it begins, where it leads, what stands behind it, and where it was found."""

    variable: str
    scheme: str
    host: str
    options: Mapping[str, str]
    path: str

    @property
    def is_here(self) -> bool:
        """Whether it stays within the pod: a connection to itself, or a socket."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host in {"", "localhost"}


def addresses(container: Container) -> Iterator[Address]:
    """Yield the addresses in variables of a container; one variable may hold several, separated by ; or commas."""
    for one in container.variables():
        for text in _split(one.value):
            try:
                url = urlsplit(text.removeprefix("jdbc:"))
                found = Address(one.name, url.scheme.lower(), url.hostname or "", _options(url.query), one.path)
            except ValueError:
                continue  # no address, such as one with half a bracket
            if found.scheme:
                yield found


def _options(query: str) -> dict[str, str]:
    return {name.lower(): values[-1] for name, values in parse_qs(query).items()}


def _split(value: str) -> Iterator[str]:
    """Yield the parts that are addresses by themselves: a list of hosts behind one scheme is one address."""
    if "://" in value:
        for text in value.split(";"):
            parts = text.split(",")
            yield from parts if all("://" in one for one in parts) else (parts[0],)
