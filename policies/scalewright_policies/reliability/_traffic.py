"""Who is waited for: what Services and routes lead to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright.plan.policy.objects import once
from scalewright.plan.policy.subject import get, items, mapping

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scalewright.plan.policy import Objects, Pod, Subject

ROUTES = ("HTTPRoute", "GRPCRoute")
_OF_MONITORING = ("metrics", "prometheus", "monitoring")


def services(objects: Objects, pod: Pod) -> Iterator[Subject]:
    """Yield the Services that lead clients to pods; one with ports for monitoring alone leads nobody who waits."""
    for one in objects.selecting("Service", pod):
        names = [str(mapping(port).get("name", "")) for port in items(one.spec.get("ports"))]
        watched = bool(names) and all(any(word in name for word in _OF_MONITORING) for name in names)
        if one.spec.get("selector") and not watched:
            yield one


def route(objects: Objects, pod: Pod) -> Subject | None:
    """Return what leads requests from outside to pods, by a Service: a route of Gateway API, or an Ingress."""
    leading = _leading(objects)
    found = (leading.get((pod.owner.namespace, one.name)) for one in services(objects, pod))
    return min(filter(None, found), default=(0, None), key=lambda one: one[0])[1]


@once
def _leading(objects: Objects) -> Mapping[tuple[str, str], tuple[int, Subject]]:
    """Return what comes first of all that leads to a Service, by namespace and name, and where it stands."""
    first: dict[tuple[str, str], tuple[int, Subject]] = {}
    for at, one in enumerate(found for kind in (*ROUTES, "Ingress") for found in objects.of(kind)):
        for service in _of_ingress(one) if one.kind == "Ingress" else _of_route(one):
            first.setdefault(service, (at, one))
    return first


def _of_route(found: Subject) -> Iterator[tuple[str, str]]:
    for rule in items(found.spec.get("rules")):
        for backend in items(mapping(rule).get("backendRefs")):
            one = mapping(backend)
            if one.get("kind", "Service") == "Service":
                yield str(one.get("namespace") or found.namespace), str(one.get("name", ""))


def _of_ingress(found: Subject) -> Iterator[tuple[str, str]]:
    backends = [found.spec.get("defaultBackend")]
    for rule in items(found.spec.get("rules")):
        backends += [mapping(path).get("backend") for path in items(get(rule, "http.paths"))]
    for backend in backends:
        yield found.namespace, str(get(backend, "service.name", ""))
