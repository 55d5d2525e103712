"""Routes of the Gateway API, and what acts on a request on its way.

https://gateway-api.sigs.k8s.io/reference/spec/
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from scalewright.plan.policy.subject import get, items, mapping

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from scalewright.plan.policy import Objects, Subject

GROUP = "gateway.networking.k8s.io"
#: Kinds by which Envoy Gateway attaches limits to routes and gateways from outside.
_ATTACHED = "BackendTrafficPolicy"


class RouteRule(NamedTuple):
    """One rule of a route: which requests go where, after which filters."""

    route: Subject
    spec: Mapping[str, Any]
    path: str

    @property
    def filters(self) -> list[Mapping[str, Any]]:
        """What acts on its requests."""
        return [mapping(one) for one in items(self.spec.get("filters"))]

    @property
    def redirects(self) -> bool:
        """Whether it does nothing but send clients to the same by TLS."""
        schemes = [get(one, "requestRedirect.scheme") for one in self.filters if one.get("type") == "RequestRedirect"]
        return "https" in schemes and not items(self.spec.get("backendRefs"))


def rules(route: Subject) -> Iterator[RouteRule]:
    """Yield the rules of a route."""
    for index, one in enumerate(items(route.spec.get("rules"))):
        yield RouteRule(route, mapping(one), f"spec.rules[{index}]")


def routes(objects: Objects, gateway: Subject, listener: Mapping[str, Any]) -> Iterator[Subject]:
    """Yield the routes of HTTP that are attached to a listener."""
    for kind in ("HTTPRoute", "GRPCRoute"):
        for route in objects.of(kind, GROUP):
            parents = map(mapping, items(route.spec.get("parentRefs")))
            if any(_is_parent(one, route, gateway, listener) for one in parents):
                yield route


def _is_parent(parent: Mapping[str, Any], route: Subject, gateway: Subject, listener: Mapping[str, Any]) -> bool:
    if parent.get("kind", "Gateway") != "Gateway" or parent.get("name") != gateway.name:
        return False
    if parent.get("namespace", route.namespace) != gateway.namespace:
        return False
    same_name = parent.get("sectionName") in (None, listener.get("name"))
    return same_name and parent.get("port") in (None, listener.get("port"))


def serving(objects: Objects) -> Iterator[RouteRule]:
    """Yield the rules of routes that lead to a backend."""
    for kind in ("HTTPRoute", "GRPCRoute"):
        for route in objects.of(kind, GROUP):
            yield from (one for one in rules(route) if items(one.spec.get("backendRefs")))


def is_limited(
    objects: Objects, rule: RouteRule, *, by: Callable[[Mapping[str, Any]], bool], attached: str
) -> bool | None:
    """Whether a filter of a rule limits requests; None where that cannot be known from the plan.

    `by` judges the specification of one of Traefik's middlewares, `attached` is the field of Envoy Gateway's policies
    that does the same.
    """
    if any(one.spec.get(attached) for one in objects.of(_ATTACHED, namespace=rule.route.namespace)):
        return True
    references = [mapping(one.get("extensionRef")) for one in rule.filters if one.get("type") == "ExtensionRef"]
    # Filters that every backend reference has of its own are the controller's to know.
    found = [_middlewares(objects, rule.route.namespace, one, depth=0) for one in references]
    if any(by(spec) for one in found for spec in one or ()):
        return True
    return None if None in found else False


def _middlewares(
    objects: Objects, namespace: str, reference: Mapping[str, Any], *, depth: int
) -> list[Mapping[str, Any]] | None:
    """Return the middlewares that a reference leads to, through chains; None for what is not among the objects."""
    name = str(reference.get("name", ""))
    found = objects.find("Middleware", name, namespace) if reference.get("kind", "Middleware") == "Middleware" else None
    if found is None or depth > _DEEPEST:
        return None
    chained = [mapping(one) for one in items(get(found.spec, "chain.middlewares"))]
    below = [
        _middlewares(objects, str(one.get("namespace", namespace)), {"name": one.get("name")}, depth=depth + 1)
        for one in chained
    ]
    if None in below:
        return None
    return [found.spec, *(spec for one in below for spec in one or ())]


_DEEPEST = 8  # chains of chains: more are a circle
