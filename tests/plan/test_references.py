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
    issuer = manifest("Issuer", ca={"secretName": "authority"})
    secret = Target("Secret", "ours", "authority")
    assert list(references(issuer)) == [(secret, "tls.crt"), (secret, "tls.key")]
    assert list(references(manifest("Issuer", selfSigned={}))) == []


def test_a_pod_needs_its_account_and_all_that_it_mounts_or_reads_by_key() -> None:
    pod = {
        "serviceAccountName": "web",
        "imagePullSecrets": [{"name": "registry"}],
        "initContainers": [{"envFrom": [{"configMapRef": {"name": "settings"}}]}],
        "containers": [{"env": [{"valueFrom": {"secretKeyRef": {"name": "db", "key": "password"}}}, {"value": "x"}]}],
        "volumes": [
            {"emptyDir": {}},
            {"secret": {"secretName": "whole"}},
            {"configMap": {"name": "files", "items": [{"key": "a", "path": "a"}]}},
            {"projected": {"sources": [{"secret": {"name": "tls", "items": [{"key": "tls.crt", "path": "c"}]}}]}},
            {"persistentVolumeClaim": {"claimName": "data"}},
        ],
    }
    needed = {
        (Target("ServiceAccount", "ours", "web"), None),
        (Target("Secret", "ours", "registry"), None),
        (Target("ConfigMap", "ours", "settings"), None),
        (Target("Secret", "ours", "db"), "password"),
        (Target("Secret", "ours", "whole"), None),
        (Target("ConfigMap", "ours", "files"), "a"),
        (Target("Secret", "ours", "tls"), "tls.crt"),
        (Target("PersistentVolumeClaim", "ours", "data"), None),
    }
    assert set(references(manifest("Deployment", template={"spec": pod}))) == needed
    job = {"spec": {"template": {"spec": pod}}}
    assert set(references(manifest("CronJob", jobTemplate=job))) == needed
    stateful = manifest("StatefulSet", serviceName="web-headless", template={"spec": pod})
    assert set(references(stateful)) == {*needed, (Target("Service", "ours", "web-headless"), None)}


def test_an_autoscaler_needs_what_it_scales_and_what_it_is_let_in_by() -> None:
    hpa = manifest("HorizontalPodAutoscaler", scaleTargetRef={"kind": "StatefulSet", "name": "web"})
    assert [target for target, _ in references(hpa)] == [Target("StatefulSet", "ours", "web")]
    triggers: list[dict[str, Any]] = [
        {"authenticationRef": {"name": "own"}},
        {"authenticationRef": {"name": "all", "kind": "ClusterTriggerAuthentication"}},
        {},
    ]
    scaled = manifest("ScaledObject", scaleTargetRef={"name": "web"}, triggers=triggers)
    assert [target for target, _ in references(scaled)] == [
        Target("Deployment", "ours", "web"),
        Target("TriggerAuthentication", "ours", "own"),
        Target("ClusterTriggerAuthentication", "", "all"),
    ]


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
