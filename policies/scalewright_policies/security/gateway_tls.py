"""Nothing is answered without TLS but with where to find it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scalewright.plan.policy import Example, Rule, Violation
from scalewright.plan.policy.subject import items, mapping
from scalewright_policies.security import _routes
from scalewright_policies.security._api_security import MISCONFIGURATION
from scalewright_policies.security._standards import nsa

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scalewright.plan.policy import Objects, Subject
    from scalewright.plan.policy.rule import Settings


def _judge(objects: Objects, _settings: Settings) -> Iterator[Violation]:
    for gateway in objects.of("Gateway", _routes.GROUP):
        for index, one in enumerate(items(gateway.spec.get("listeners"))):
            listener = mapping(one)
            if listener.get("protocol") == "HTTP":
                yield from _of_listener(objects, gateway, listener, f"spec.listeners[{index}]")
    for ingress in objects.of("Ingress", "networking.k8s.io"):
        yield from _of_ingress(ingress)


def _of_ingress(ingress: Subject) -> Iterator[Violation]:
    """Judge that every host has a certificate: https://kubernetes.io/docs/concepts/services-networking/ingress/#tls."""
    certificates = [mapping(one) for one in items(ingress.spec.get("tls"))]
    if not certificates:
        yield Violation(ingress, "it has no tls; it must name a certificate", "spec.tls")
    named = {str(host) for one in certificates for host in items(one.get("hosts"))}
    if not all(items(one.get("hosts")) for one in certificates):
        return  # one that names no hosts is for all
    for index, rule in enumerate(map(mapping, items(ingress.spec.get("rules")) if certificates else ())):
        host = str(rule.get("host") or "")
        if host and not {host, f"*.{host.partition('.')[2]}"} & named:
            message = f"host {host} is in no tls; it must have a certificate"
            yield Violation(ingress, message, f"spec.rules[{index}].host")


def _of_listener(objects: Objects, gateway: Subject, listener: Mapping[str, Any], path: str) -> Iterator[Violation]:
    attached = list(_routes.routes(objects, gateway, listener))
    name = listener.get("name")
    if not attached:
        message = f"no route redirects the clients of listener {name}, which speaks HTTP; one must"
        yield Violation(gateway, message, f"{path}.protocol")
    for route in attached:
        # Without rules of its own, a route serves nothing.
        for rule in _routes.rules(route):
            if not rule.redirects:
                message = f"it answers at listener {name} of {gateway.name}, which speaks HTTP; it must only redirect"
                yield Violation(route, message, rule.path)


RULE = Rule(
    name="gateway-tls",
    group="security",
    title="Clients reach nothing without TLS, and are redirected to it",
    why="Whoever is on the way reads and changes what is sent in plain HTTP: tokens, orders, answers.",
    severity="critical",
    remedy=(
        "Declare `gateway.tls` with `redirect`; in manifests attach routes to listeners of HTTPS (sectionName), and to "
        "that of HTTP one with a RequestRedirect to scheme https alone"
    ),
    standards=(MISCONFIGURATION, nsa("Network separation and hardening: Encryption")),
    examples=Example(
        good="""
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: gateway}
spec: {listeners: [{name: http, port: 80, protocol: HTTP}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: redirect}
spec:
  parentRefs: [{name: gateway, sectionName: http}]
  rules:
  - filters: [{type: RequestRedirect, requestRedirect: {scheme: https}}]
""",
        bad="""
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: gateway}
spec: {listeners: [{name: http, port: 80, protocol: HTTP}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: api}
spec:
  parentRefs: [{name: gateway}]
  rules:
  - backendRefs: [{name: api, port: 80}]
""",
    ),
    of_plan=_judge,
)
