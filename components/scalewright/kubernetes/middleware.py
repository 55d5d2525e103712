"""What Traefik does to every request before a service gets it.

https://doc.traefik.io/traefik/reference/routing-configuration/http/middlewares/overview/
"""

from collections.abc import Iterator
from typing import Any, NotRequired, TypedDict

from pulumi import Input
from pulumi_kubernetes.apiextensions import CustomResource

from scalewright.declaration import Duration, Quantity
from scalewright.kubernetes.component import Component
from scalewright.kubernetes.metadata import metadata

GROUP = "traefik.io"
#: A year, in seconds: what browsers' preload lists ask for (RFC 6797 leaves it open).
STS_SECONDS = 31_536_000
#: A replica that died without a word is in nobody's list for a second or two. Traefik only tries again what it could
#: not send.
RETRY = {"attempts": 10, "initialInterval": "100ms"}


class RateLimitArgs(TypedDict):
    """How often one client address may ask (a token bucket)."""

    average: int
    """Requests per period and client address, in the long run."""
    burst: int
    """Requests that may come at once after a pause."""
    period: NotRequired[str]
    """The period that `average` counts in; `1s` by default."""


class MiddlewareArgs(TypedDict):
    """What is done to every request."""

    namespace: Input[str]
    """The namespace that it lives in."""
    part_of: NotRequired[Input[str]]
    """Name of the backend that it belongs to."""
    rate_limit: NotRequired[RateLimitArgs]
    """Limit of requests per client address; none by default.

    The address is the one that Traefik sees: its Service needs `externalTrafficPolicy: Local`, or all clients of a node
    share one.
    """
    body_limit: NotRequired[str]
    """Largest request body that is let through, such as `1Mi`; unlimited by default."""


def middlewares(parent: Component, name: str, role: str, args: MiddlewareArgs, *, encrypted: bool) -> list[Any]:
    """Make the middlewares, and return the filters of a route that name them, in the order in which they act."""
    filters = []
    for suffix, spec in _specs(args, encrypted=encrypted):
        described = metadata(args, name, role, suffix=suffix)
        CustomResource(
            str(described["name"]),
            api_version=f"{GROUP}/v1alpha1",
            kind="Middleware",
            metadata=described,
            spec=spec,
            opts=parent.child(),
        )
        reference = {"group": GROUP, "kind": "Middleware", "name": described["name"]}
        filters.append({"type": "ExtensionRef", "extensionRef": reference})
    return filters


def _specs(args: MiddlewareArgs, *, encrypted: bool) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield headers first, since refusals have them too; then limits; then the retry of what they let through."""
    yield "headers", {"headers": _headers(encrypted=encrypted)}
    if limit := args.get("rate_limit"):
        period = f"{Duration(limit.get('period', '1s')).seconds:g}s"
        yield "rate-limit", {"rateLimit": {"average": limit["average"], "burst": limit["burst"], "period": period}}
    if body_limit := args.get("body_limit"):
        yield "body-limit", {"buffering": {"maxRequestBodyBytes": int(Quantity(body_limit))}}
    yield "retry", {"retry": dict(RETRY)}


def _headers(*, encrypted: bool) -> dict[str, Any]:
    """Return what OWASP's REST security cheat sheet asks of every answer, and HSTS where there is TLS."""
    headers: dict[str, Any] = {"contentTypeNosniff": True, "frameDeny": True, "referrerPolicy": "no-referrer"}
    return {**headers, "stsSeconds": STS_SECONDS} if encrypted else headers
