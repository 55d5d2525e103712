"""The way in from outside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from scalewright.declaration.duration import Duration
from scalewright.declaration.model import Model
from scalewright.declaration.names import Hostname, ObjectName
from scalewright.declaration.problem import Absent, Problem
from scalewright.declaration.quantity import Quantity
from scalewright.declaration.within import Within

if TYPE_CHECKING:
    from collections.abc import Iterator


class RateLimit(Model):
    """How often one client address may ask (a token bucket)."""

    average: int = Field(ge=1, examples=[100])
    """Requests per period and client address, in the long run."""
    burst: int = Field(ge=1, examples=[200])
    """Requests that may come at once after a pause."""
    period: Annotated[Duration, Within(Duration("1ms"))] = Duration("1s")
    """The period that `average` counts in."""


class Tls(Model):
    """Encryption, with a certificate by cert-manager."""

    issuer: ObjectName = Field(examples=["letsencrypt"])
    """Name of the ClusterIssuer that signs the certificate."""
    redirect: bool = True
    """Whether plain HTTP is answered with a redirection to HTTPS."""


class Gateway(Model):
    """The load balancer that takes requests to the services by their routes."""

    port: int = Field(default=8080, ge=1, le=65535)
    """Port on this machine (platforms local and docker); a cluster's gateway has the ports of HTTP and HTTPS."""
    hostname: Hostname | None = Field(default=None, examples=["shop.example.com"])
    """The name that requests come to; any by default."""
    rate_limit: RateLimit | None = None
    """Limit of requests per client address; none by default."""
    tls: Tls | None = None
    """Encryption; none by default."""
    body_limit: Annotated[Quantity, Within(Quantity(1))] | None = Quantity("1Mi")
    """Largest request body that is let through."""

    def contradictions(self) -> Iterator[Problem]:
        """A certificate is issued for a name."""
        if self.tls is not None and self.hostname is None:
            yield Problem(
                ("hostname",),
                Absent.MISSING,
                "it must be set where tls is, because a certificate is issued for a name",
                "Set hostname, or take tls out",
                reads=(("tls",),),
            )
