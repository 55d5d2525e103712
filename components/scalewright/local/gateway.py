"""The gateway as a process: Traefik, with the routes of every service."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from scalewright.local import service
from scalewright.local.site import LOOPBACK
from scalewright.plan.records import HttpHealth, Process, Stop

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scalewright.declaration import Backend, Gateway, Service
    from scalewright.local.site import Site

NAME = "gateway"
#: Traefik's own port for its health, which the routes file serves: it answers when the routes are loaded.
INTERNAL = "gateway-internal"
STATIC = "config/gateway.yml"
ROUTES = "config/gateway/routes.yml"
#: Clients are on this machine: who takes longer to send a request sends a byte now and then, and is cut off.
READ_TIMEOUT = "10s"
#: Go would let the heap grow to twice what is in use before it collects: https://go.dev/doc/gc-guide#GOGC.
MEMORY = {"GOGC": "50"}


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
    ready, routes = _recognizable(_routes(backend, gateway, site))
    yield Process(
        name=NAME,
        noun="gateway",
        command=(site.programs["traefik"], f"--configFile={site.state / STATIC}"),
        directory=str(site.state),
        environment=MEMORY,
        port=gateway.port,
        health=HttpHealth(port=site.ports[INTERNAL], path=ready),
        depends_on=service.all_replicas(backend, site.replicas),
        files={STATIC: _text(_static(gateway, site))},
        watched={ROUTES: routes},
        stop=Stop(seconds=15),
    )


def sending_to(record: Process, name: str, ports: Iterable[int]) -> Process:
    """Return the gateway's record with other replicas of one service, by their ports."""
    http = json.loads(record.watched[ROUTES])["http"]
    http["services"][name]["loadBalancer"]["servers"] = _servers(ports)
    ready, routes = _recognizable({"http": http})
    health = HttpHealth(port=_internal_port(record), path=ready)
    return record.model_copy(update={"watched": {ROUTES: routes}, "health": health})


def ports_of(record: Process, name: str) -> tuple[int, ...]:
    """Return the ports of the replicas to which a gateway's record sends the requests for a service."""
    services = json.loads(record.watched[ROUTES])["http"]["services"]
    servers = services[name]["loadBalancer"]["servers"] if name in services else ()
    return tuple(int(server["url"].rpartition(":")[2]) for server in servers)


def _internal_port(record: Process) -> int:
    assert isinstance(record.health, HttpHealth)  # noqa: S101 - as it was made above
    return record.health.port


def _recognizable(routes: dict[str, Any]) -> tuple[str, str]:
    """Give routes a path that is theirs alone: it answers once they are in force. Returns the path and the text."""
    router = routes["http"]["routers"]["ready"]
    router["rule"] = ""
    path = f"/ready/{hashlib.sha256(_text(routes).encode()).hexdigest()[:12]}"
    router["rule"] = f"Path(`{path}`)"
    return path, _text(routes)


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
                "transport": {"lifeCycle": {"graceTimeOut": "10s"}, **_slow_clients(gateway)},
            },
            "internal": {"address": f"{LOOPBACK}:{site.ports[INTERNAL]}"},
        },
        "ping": {"manualRouting": True},
        "providers": {
            "providersThrottleDuration": "200ms",
            "file": {"directory": str((site.state / ROUTES).parent), "watch": True},
        },
    }


def _slow_clients(gateway: Gateway) -> dict[str, Any]:
    """Limit the time a request takes to come, where the gateway reads it whole before it sends it on.

    Without a body limit the service reads it, as slowly as it likes, and Traefik's own 60 seconds hold.
    """
    return {"respondingTimeouts": {"readTimeout": READ_TIMEOUT}} if gateway.body_limit else {}


def _routes(backend: Backend, gateway: Gateway, site: Site) -> dict[str, Any]:
    middlewares = _middlewares(gateway)
    routers: dict[str, Any] = {"ready": {"entryPoints": ["internal"], "service": "ping@internal"}}
    for name, declared in backend.services.items():
        routers[name] = {
            "entryPoints": ["web"],
            "rule": " || ".join(_rule(route) for route in declared.routes),
            "service": name,
            "middlewares": list(middlewares),
        }
    services = {name: {"loadBalancer": _balancer(name, declared, site)} for name, declared in backend.services.items()}
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


def _servers(ports: Iterable[int]) -> list[dict[str, str]]:
    return [{"url": f"http://{LOOPBACK}:{port}"} for port in ports]


def _balancer(name: str, declared: Service, site: Site) -> dict[str, Any]:
    """Ask each replica every second whether it lives; that its database does is not for the gateway to judge.

    One that is merely busy must not be taken for dead: were all of them out, every request would be answered 503.
    """
    return {
        "servers": _servers(site.ports[replica] for replica in service.replicas(name, site.replicas)),
        "healthCheck": {"path": declared.probes.liveness, "interval": "1s", "timeout": "3s"},
    }
