"""The way in: a Gateway (Gateway API) and a route for each service; middlewares act on every request.

A Gateway makes no server. Its class's controller, here Traefik, serves it from a Service of type LoadBalancer, which is
made once per cluster by whoever installs Traefik; a namespace of ours has none.
https://gateway-api.sigs.k8s.io/reference/spec/
"""

from collections.abc import Iterator
from typing import Annotated, Any, NotRequired, TypedDict

from pulumi import Input, Output, ResourceOptions
from pulumi_kubernetes.apiextensions import CustomResource
from pydantic import Field

from scalewright import declaration
from scalewright.declaration.names import HttpPath, ObjectName
from scalewright.declaration.problem import Absent, Problem
from scalewright.kubernetes import arguments
from scalewright.kubernetes.arguments import ObjectLabel, Rules, judged
from scalewright.kubernetes.component import Component
from scalewright.kubernetes.metadata import metadata
from scalewright.kubernetes.middleware import MiddlewareArgs, middlewares

ROLE = "gateway"
GROUP = "gateway.networking.k8s.io"
CLASS = "traefik"
#: Listeners have the ports that Traefik's entry points have in its pods, here those of its Helm chart; the load
#: balancer before it has 80 and 443.
HTTP_PORT, HTTPS_PORT = 8000, 8443
HTTP, HTTPS = "http", "https"


class RouteArgs(TypedDict):
    """Which requests go to a service."""

    service: Input[str]
    """Name of the Service, in the same namespace."""
    port: int
    """Its port."""
    paths: list[str]
    """Path prefixes, by whole segments: `/orders` has `/orders/1`, but not `/ordersx`."""
    timeout_seconds: NotRequired[int]
    """How long an answer may take; unlimited by default.

    Traefik does not have this feature of Gateway API: with it, set `respondingTimeouts` of its entry points.
    """


class GatewayArgs(MiddlewareArgs):
    """Listeners, and routes to services."""

    routes: dict[str, RouteArgs]
    """Routes by name, which is that of the HTTPRoute."""
    hostname: NotRequired[str]
    """The name that requests come to; any by default. Needed with `issuer`."""
    issuer: NotRequired[str]
    """The ClusterIssuer of cert-manager that signs the certificate; without it there is plain HTTP only."""
    redirect: NotRequired[bool]
    """Whether plain HTTP is answered with a redirection to HTTPS, where there is that; true by default."""
    gateway_class: NotRequired[str]
    """The GatewayClass; `traefik` by default."""
    http_port: NotRequired[int]
    """Port of the controller's entry point for HTTP; 8000 by default, as in Traefik's Helm chart."""
    https_port: NotRequired[int]
    """Port of the controller's entry point for HTTPS; 8443 by default."""


Port = Annotated[int, Field(ge=1, le=65535)]
RULES = Rules(
    shape=GatewayArgs,
    of={"issuer": ObjectName, "redirect": bool, "gateway_class": ObjectName, "http_port": Port, "https_port": Port},
    part=declaration.Gateway,
)
OF_ROUTE = {
    "port": Port,
    # Gateway API allows 64 matches a rule.
    "paths": Annotated[list[HttpPath], Field(min_length=1, max_length=64)],
    "timeout_seconds": Annotated[int, Field(ge=1, le=86400)],
}


class Gateway(Component):
    """A Gateway, its HTTPRoutes, its Middlewares, and its Certificate where it has TLS."""

    url: Output[str]
    """The address at which clients reach it; empty without `hostname`, when it is the load balancer's own."""

    def __init__(self, name: str, args: GatewayArgs, opts: ResourceOptions | None = None) -> None:
        arguments.check("Gateway", name, args, RULES, _problems)
        super().__init__(name, args, opts)
        encrypted = "issuer" in args
        filters = middlewares(self, name, ROLE, args, encrypted=encrypted)
        if encrypted:
            self._certificate(name, args)
        gateway = self._gateway(name, args)
        redirected = encrypted and args.get("redirect", True)
        if redirected:
            self._route(args, f"{name}-redirect", [_parent(name, HTTP)], {"filters": [_REDIRECT]}, gateway)
        parents = [_parent(name, listener) for listener in _listeners(encrypted=encrypted, redirected=redirected)]
        for route, declared in args["routes"].items():
            self._route(args, route, parents, _rule(declared, filters), gateway)
        scheme = HTTPS if encrypted else HTTP
        self.url = Output.from_input(f"{scheme}://{args['hostname']}" if "hostname" in args else "")
        self.finish()

    def _gateway(self, name: str, args: GatewayArgs) -> CustomResource:
        listeners = [_listener(args, HTTP, args.get("http_port", HTTP_PORT))]
        if "issuer" in args:
            tls = {"mode": "Terminate", "certificateRefs": [{"kind": "Secret", "name": _certificate_secret(name)}]}
            listeners.append({**_listener(args, HTTPS, args.get("https_port", HTTPS_PORT)), "tls": tls})
        spec = {"gatewayClassName": args.get("gateway_class", CLASS), "listeners": listeners}
        return self._object(f"{GROUP}/v1", "Gateway", metadata(args, name, ROLE), spec)

    def _certificate(self, name: str, args: GatewayArgs) -> CustomResource:
        spec = {
            "secretName": _certificate_secret(name),
            "dnsNames": [args["hostname"]],
            "issuerRef": {"group": "cert-manager.io", "kind": "ClusterIssuer", "name": args["issuer"]},
            # Small and quick, and a new one with each certificate, so that a stolen one is of use for weeks at most.
            "privateKey": {"algorithm": "ECDSA", "size": 256, "rotationPolicy": "Always"},
        }
        return self._object("cert-manager.io/v1", "Certificate", metadata(args, name, ROLE), spec)

    def _route(
        self, args: GatewayArgs, route: str, parents: list[Any], rule: dict[str, Any], gateway: CustomResource
    ) -> CustomResource:
        hostnames = {"hostnames": [args["hostname"]]} if "hostname" in args else {}
        spec = {"parentRefs": parents, **hostnames, "rules": [rule]}
        return self._object(f"{GROUP}/v1", "HTTPRoute", metadata(args, route, ROLE), spec, depends_on=[gateway])

    def _object(
        self, api_version: str, kind: str, described: dict[str, Any], spec: dict[str, Any], **options: Any
    ) -> CustomResource:
        return CustomResource(
            str(described["name"]),
            api_version=api_version,
            kind=kind,
            metadata=described,
            spec=spec,
            opts=self.child(**options),
        )


_REDIRECT = {"type": "RequestRedirect", "requestRedirect": {"scheme": HTTPS, "statusCode": 301}}


def _problems(args: GatewayArgs) -> Iterator[Problem]:
    if "issuer" in args and "hostname" not in args:
        bound = "it must be given where issuer is, because a certificate is issued for a name"
        yield Problem(("hostname",), Absent.MISSING, bound, "Give it, or take issuer out")
    for name, route in args.get("routes", {}).items():
        yield from (one.below(("routes", name)) for one in judged(ObjectLabel, name))
        for key, rule in OF_ROUTE.items():
            if key in route:
                yield from (one.below(("routes", name, key)) for one in judged(rule, dict(route)[key]))


def _certificate_secret(name: str) -> str:
    return f"{name}-tls"


def _listener(args: GatewayArgs, name: str, port: int) -> dict[str, Any]:
    hostname = {"hostname": args["hostname"]} if "hostname" in args else {}
    routes = {"namespaces": {"from": "Same"}}
    return {"name": name, "port": port, "protocol": name.upper(), **hostname, "allowedRoutes": routes}


def _listeners(*, encrypted: bool, redirected: bool) -> tuple[str, ...]:
    """Return the listeners that services are reached by."""
    if not encrypted:
        return (HTTP,)
    return (HTTPS,) if redirected else (HTTP, HTTPS)


def _parent(gateway: str, listener: str) -> dict[str, Any]:
    return {"group": GROUP, "kind": "Gateway", "name": gateway, "sectionName": listener}


def _rule(route: RouteArgs, filters: list[Any]) -> dict[str, Any]:
    rule: dict[str, Any] = {
        "matches": [{"path": {"type": "PathPrefix", "value": path}} for path in route["paths"]],
        "filters": filters,
        "backendRefs": [{"group": "", "kind": "Service", "name": route["service"], "port": route["port"], "weight": 1}],
    }
    if "timeout_seconds" in route:
        rule["timeouts"] = {"request": f"{route['timeout_seconds']}s"}
    return rule
