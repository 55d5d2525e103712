"""What objects refer to, and who makes what is not among them."""

from __future__ import annotations

from typing import Any

from scalewright.plan.references import USER, Reference, Target, external, references


def manifest(kind: str, name: str = "one", namespace: str = "ours", **spec: Any) -> dict[str, Any]:
    metadata = {"name": name, "namespace": namespace} if namespace else {"name": name}
    return {"apiVersion": "v1", "kind": kind, "metadata": metadata, "spec": spec}


GATEWAY = manifest(
    "Gateway",
    gatewayClassName="traefik",
    listeners=[{"name": "http"}, {"name": "https", "tls": {"certificateRefs": [{"kind": "Secret", "name": "tls"}]}}],
)
ROUTE = manifest(
    "HTTPRoute",
    parentRefs=[{"kind": "Gateway", "name": "one", "sectionName": "https"}],
    rules=[
        {
            "filters": [
                {
                    "type": "ExtensionRef",
                    "extensionRef": {"group": "traefik.io", "kind": "Middleware", "name": "limit"},
                },
                {"type": "RequestRedirect", "requestRedirect": {"scheme": "https"}},
            ],
            "backendRefs": [{"kind": "Service", "name": "web", "port": 80}, {"name": "far", "namespace": "theirs"}],
        }
    ],
)
CERTIFICATE = manifest("Certificate", secretName="tls", issuerRef={"kind": "ClusterIssuer", "name": "letsencrypt"})


def test_a_gateway_needs_its_class_and_both_halves_of_the_certificate() -> None:
    assert list(references(GATEWAY)) == [
        (Target("GatewayClass", "", "traefik"), None),
        (Target("Secret", "ours", "tls"), "tls.crt"),
        (Target("Secret", "ours", "tls"), "tls.key"),
    ]


def test_a_route_needs_its_gateway_services_and_middlewares() -> None:
    assert {target for target, _ in references(ROUTE)} == {
        Target("Gateway", "ours", "one"),
        Target("Service", "ours", "web"),
        Target("Service", "theirs", "far"),
        Target("Middleware", "ours", "limit"),
    }


def test_an_issuer_belongs_to_the_cluster_or_to_the_namespace() -> None:
    assert [target for target, _ in references(CERTIFICATE)] == [Target("ClusterIssuer", "", "letsencrypt")]
    own = manifest("Certificate", secretName="tls", issuerRef={"name": "own"})
    assert [target for target, _ in references(own)] == [Target("Issuer", "ours", "own")]


def test_what_an_operator_makes_is_listed_with_its_maker_and_the_rest_is_yours() -> None:
    authentication = manifest(
        "TriggerAuthentication", secretTargetRef=[{"parameter": "password", "name": "redis", "key": "password"}]
    )
    assert external([GATEWAY, CERTIFICATE, authentication]) == [
        Reference(kind="ClusterIssuer", namespace="", name="letsencrypt", maker=USER),
        Reference(kind="GatewayClass", namespace="", name="traefik", maker="the addon traefik"),
        Reference(kind="Secret", namespace="ours", name="redis", keys=("password",), maker=USER),
        Reference(kind="Secret", namespace="ours", name="tls", keys=("tls.crt", "tls.key"), maker="cert-manager"),
    ]


def test_a_certificate_secret_that_nobody_makes_is_yours() -> None:
    assert [one.maker for one in external([GATEWAY]) if one.kind == "Secret"] == [USER]


def test_what_is_among_the_objects_is_not_listed() -> None:
    made = [manifest(kind, name) for kind, name in (("Gateway", "one"), ("Service", "web"), ("Middleware", "limit"))]
    assert [one.name for one in external([ROUTE, *made[1:], GATEWAY])] == ["traefik", "tls", "far"]
