"""The gateway: who is let in, by which name, to which service."""

from __future__ import annotations

from typing import Any

import pytest
from tests.kubernetes.plans import Manifest, made, objects

from scalewright.evaluation import ProgramError, evaluate
from scalewright.kubernetes.gateway import Gateway

ARGS: dict[str, Any] = {
    "namespace": "ours",
    "routes": {"orders": {"service": "orders", "port": 8000, "paths": ["/orders", "/products"]}},
}
TLS = {"hostname": "shop.example.com", "issuer": "letsencrypt"}


def gateway(**changes: Any) -> dict[str, Manifest]:
    return made(lambda: Gateway("gateway", {**ARGS, **changes}))


def parents(route: Manifest) -> list[str]:
    assert {one["name"] for one in route["spec"]["parentRefs"]} == {"gateway"}
    return [one["sectionName"] for one in route["spec"]["parentRefs"]]


def test_without_a_certificate_there_is_plain_http_for_any_name() -> None:
    found = gateway()
    [listener] = found["Gateway gateway"]["spec"]["listeners"]
    assert (listener["name"], listener["protocol"], listener["port"]) == ("http", "HTTP", 8000)
    assert "hostname" not in listener
    assert "hostnames" not in found["HTTPRoute orders"]["spec"]
    assert parents(found["HTTPRoute orders"]) == ["http"]
    assert not [name for name in found if name.startswith("Certificate")]


def test_with_one_services_are_reached_by_https_only_and_http_is_redirected() -> None:
    found = gateway(**TLS)
    _, https = found["Gateway gateway"]["spec"]["listeners"]
    assert (https["protocol"], https["port"], https["hostname"]) == ("HTTPS", 8443, "shop.example.com")
    assert https["tls"] == {"mode": "Terminate", "certificateRefs": [{"kind": "Secret", "name": "gateway-tls"}]}
    assert parents(found["HTTPRoute orders"]) == ["https"]
    assert parents(found["HTTPRoute gateway-redirect"]) == ["http"]
    [rule] = found["HTTPRoute gateway-redirect"]["spec"]["rules"]
    assert rule == {"filters": [{"type": "RequestRedirect", "requestRedirect": {"scheme": "https", "statusCode": 301}}]}


def test_redirection_can_be_left_out() -> None:
    found = gateway(**TLS, redirect=False)
    assert parents(found["HTTPRoute orders"]) == ["http", "https"]
    assert "HTTPRoute gateway-redirect" not in found


def test_the_certificate_is_for_the_name_and_goes_where_the_listener_looks() -> None:
    spec = gateway(**TLS)["Certificate gateway"]["spec"]
    assert spec["dnsNames"] == ["shop.example.com"]
    assert spec["secretName"] == "gateway-tls"
    assert spec["issuerRef"] == {"group": "cert-manager.io", "kind": "ClusterIssuer", "name": "letsencrypt"}


def test_routes_of_other_namespaces_are_not_let_in() -> None:
    for listener in gateway(**TLS)["Gateway gateway"]["spec"]["listeners"]:
        assert listener["allowedRoutes"] == {"namespaces": {"from": "Same"}}


def test_a_route_matches_its_prefixes_by_whole_segments() -> None:
    [rule] = gateway()["HTTPRoute orders"]["spec"]["rules"]
    # PathPrefix of Gateway API is by segments, where that of Traefik is by characters.
    assert rule["matches"] == [
        {"path": {"type": "PathPrefix", "value": "/orders"}},
        {"path": {"type": "PathPrefix", "value": "/products"}},
    ]
    [backend] = rule["backendRefs"]
    assert (backend["kind"], backend["name"], backend["port"]) == ("Service", "orders", 8000)


def test_a_timeout_is_in_the_route_where_one_is_asked_for() -> None:
    [rule] = gateway()["HTTPRoute orders"]["spec"]["rules"]
    assert "timeouts" not in rule
    route = {**ARGS["routes"]["orders"], "timeout_seconds": 30}
    [rule] = gateway(routes={"orders": route})["HTTPRoute orders"]["spec"]["rules"]
    assert rule["timeouts"] == {"request": "30s"}


def test_every_request_passes_the_middlewares_in_their_order() -> None:
    limit = {"average": 200, "burst": 400, "period": "1m30s"}
    found = gateway(**TLS, rate_limit=limit, body_limit="1Mi")
    [rule] = found["HTTPRoute orders"]["spec"]["rules"]
    names = [one["extensionRef"]["name"] for one in rule["filters"]]
    assert names == ["gateway-headers", "gateway-rate-limit", "gateway-body-limit", "gateway-retry"]
    assert [found[f"Middleware {name}"]["spec"] for name in names] == [
        {
            "headers": {
                "contentTypeNosniff": True,
                "frameDeny": True,
                "referrerPolicy": "no-referrer",
                "stsSeconds": 31536000,
            }
        },
        {"rateLimit": {"average": 200, "burst": 400, "period": "90s"}},
        {"buffering": {"maxRequestBodyBytes": 1048576}},
        {"retry": {"attempts": 10, "initialInterval": "100ms"}},
    ]


def test_without_limits_and_encryption_there_are_no_middlewares_for_them() -> None:
    found = gateway()
    assert [name for name in found if name.startswith("Middleware")] == [
        "Middleware gateway-headers",
        "Middleware gateway-retry",
    ]
    assert "stsSeconds" not in found["Middleware gateway-headers"]["spec"]["headers"]


def test_another_controller_and_its_ports_can_be_named() -> None:
    spec = gateway(**TLS, gateway_class="envoy", http_port=80, https_port=443)["Gateway gateway"]["spec"]
    assert spec["gatewayClassName"] == "envoy"
    assert [one["port"] for one in spec["listeners"]] == [80, 443]


def test_its_mistakes_come_together() -> None:
    wrong: Any = {
        "namespace": "ours",
        "issuer": "Lets Encrypt",
        "http_port": 0,
        "body_limit": "1 MB",
        "rate_limit": {"average": 0, "burst": 1},
        "routes": {"orders": {"service": "orders", "paths": ["orders"], "port": 8000}, "Mails": {"service": "m"}},
    }
    with pytest.raises(ProgramError) as raised:
        evaluate(lambda: [Gateway("gateway", wrong), None][1], "shop", "test")
    lines = str(raised.value).splitlines()
    assert [line.split(" is ")[0].removeprefix("Gateway 'gateway': ") for line in lines] == [
        "issuer",
        "http_port",
        "rate_limit.average",
        "body_limit",
        "routes.Mails.port",
        "routes.Mails.paths",
        "hostname",
        "routes.orders.paths[0]",
        "routes.Mails",
    ]


def test_in_production_the_shop_has_its_name_certificate_and_limit() -> None:
    found = objects("prod")
    assert found["Certificate gateway"]["spec"]["dnsNames"] == ["shop.example.com"]
    assert found["HTTPRoute orders"]["spec"]["hostnames"] == ["shop.example.com"]
    assert found["Middleware gateway-rate-limit"]["spec"]["rateLimit"]["average"] == 200


def test_no_service_of_ours_is_a_load_balancer() -> None:
    services = [one for name, one in objects("prod").items() if name.startswith("Service ")]
    assert services
    assert all(one["spec"].get("type", "ClusterIP") == "ClusterIP" for one in services)
