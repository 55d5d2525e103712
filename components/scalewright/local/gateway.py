"""The gateway as a process: Traefik, with the routes of every service."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from scalewright.local import service
from scalewright.local.site import LOOPBACK
from scalewright.plan.records import HttpHealth, Process, Stop

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.declaration import Backend, Gateway, Service
    from scalewright.local.site import Site

NAME = "gateway"
#: Traefik's own port for its health, which the routes file serves: it answers when the routes are loaded.
INTERNAL = "gateway-internal"
STATIC = "config/gateway.yml"
ROUTES = "config/gateway/routes.yml"


def ports(backend: Backend) -> tuple[str, ...]:
    """Return the names of the ports the gateway needs beside the declared one."""
    return (INTERNAL,) if backend.gateway else ()


def url(gateway: Gateway) -> str:
    """Return the address at which clients reach the backend."""
    return f"http://localhost:{gateway.port}"


def processes(backend: Backend, site: Site) -> Iterator[Process]:
    """Yield Traefik, once every replica it sends requests to is healthy."""
    gateway = backend.gateway
    if gateway is None:
        return
    routes = _text(_routes(backend, gateway, site))
    # Only the text that was loaded answers here: a change is healthy when it is in force.
    ready = f"/ready/{hashlib.sha256(routes.encode()).hexdigest()[:12]}"
    yield Process(
        name=NAME,
        noun="gateway",
        command=(site.programs["traefik"], f"--configFile={site.state / STATIC}"),
        directory=str(site.state),
        port=gateway.port,
        health=HttpHealth(port=site.ports[INTERNAL], path=ready),
        depends_on=service.ports(backend),
        files={STATIC: _text(_static(gateway, site))},
        watched={ROUTES: routes.replace("{{ready}}", ready)},
        stop=Stop(seconds=15),
    )


def _text(configuration: dict[str, Any]) -> str:
    """Write JSON, which is YAML too."""
    return json.dumps(configuration, indent=2) + "\n"


def _static(gateway: Gateway, site: Site) -> dict[str, Any]:
    return {
        "global": {"checkNewVersion": False, "sendAnonymousUsage": False},
        "log": {"level": "INFO", "noColor": True},
        "entryPoints": {
            "web": {
                "address": f"{LOOPBACK}:{gateway.port}",
                "transport": {"lifeCycle": {"graceTimeOut": "10s"}},
            },
            "internal": {"address": f"{LOOPBACK}:{site.ports[INTERNAL]}"},
        },
        "ping": {"manualRouting": True},
        "providers": {
            "providersThrottleDuration": "200ms",
            "file": {"directory": str((site.state / ROUTES).parent), "watch": True},
        },
    }


def _routes(backend: Backend, gateway: Gateway, site: Site) -> dict[str, Any]:
    middlewares = _middlewares(gateway)
    routers: dict[str, Any] = {
        "ready": {"entryPoints": ["internal"], "rule": "Path(`{{ready}}`)", "service": "ping@internal"}
    }
    for name, declared in backend.services.items():
        routers[name] = {
            "entryPoints": ["web"],
            "rule": " || ".join(_rule(route) for route in declared.routes),
            "service": name,
            "middlewares": list(middlewares),
        }
    services = {name: {"loadBalancer": _servers(name, declared, site)} for name, declared in backend.services.items()}
    return {"http": {"routers": routers, "middlewares": middlewares, "services": services}}


def _rule(route: str) -> str:
    """Match a route and what is below it, but not a longer word that begins alike."""
    return "PathPrefix(`/`)" if route == "/" else f"Path(`{route}`) || PathPrefix(`{route}/`)"


def _middlewares(gateway: Gateway) -> dict[str, Any]:
    """Limit first, then retry what no replica has begun to answer."""
    middlewares: dict[str, Any] = {}
    if limit := gateway.rate_limit:
        period = f"{limit.period.seconds:g}s"
        middlewares["rate-limit"] = {"rateLimit": {"average": limit.average, "burst": limit.burst, "period": period}}
    if gateway.body_limit:
        middlewares["body-limit"] = {"buffering": {"maxRequestBodyBytes": int(gateway.body_limit)}}
    # A replica that died is taken out by its health check within a second; until then tries may hit it again and again.
    # Traefik only tries again what it could not send.
    middlewares["retry"] = {"retry": {"attempts": 10, "initialInterval": "100ms"}}
    return middlewares


def _servers(name: str, declared: Service, site: Site) -> dict[str, Any]:
    """Ask each replica every second whether it lives; that its database does is not for the gateway to judge."""
    return {
        "servers": [
            {"url": f"http://{LOOPBACK}:{site.ports[replica]}"} for replica in service.replicas(name, declared)
        ],
        "healthCheck": {"path": declared.probes.liveness, "interval": "1s", "timeout": "1s"},
    }
