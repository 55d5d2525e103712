"""Where rules of the network end: what they find in anybody's manifests, and what they leave alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.policies.examples import judged

from scalewright_policies import RULES

if TYPE_CHECKING:
    from scalewright.plan.policy import Rule

BY_NAME: dict[str, Rule] = {rule.name: rule for rule in RULES}
ROUTE = """
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: api, namespace: shop}
spec: {rules: [{backendRefs: [{name: api}], filters: [{type: ExtensionRef, extensionRef: {kind: %s, name: first}}]}]}
"""
MIDDLEWARE = """
---
apiVersion: traefik.io/v1alpha1
kind: Middleware
metadata: {name: %s, namespace: shop}
spec: %s
"""
ENVOY = """
---
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: BackendTrafficPolicy
metadata: {name: p, namespace: shop}
spec: {%s, rateLimit: {type: Local}}
"""
INGRESS = """
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: api}
spec: {%s}
"""
GATEWAY = """
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: gateway, namespace: edge}
spec: {listeners: [{name: web, port: 80, protocol: HTTP}, {name: secure, port: 443, protocol: HTTPS}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: api, namespace: shop}
spec: {parentRefs: [%s], rules: [{backendRefs: [{name: api}]}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: redirect, namespace: edge}
spec:
  parentRefs: [{name: gateway, sectionName: web}]
  rules: [{filters: [{type: RequestRedirect, requestRedirect: {scheme: https}}]}]
"""
HBA = """
apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: {name: postgres}
spec: {postgresql: {pg_hba: [%s]}}
"""
TRIGGER = """
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata: {name: worker, namespace: shop}
spec: {triggers: [{type: redis, metadata: {address: "redis:6379"}, authenticationRef: {name: worker}}]}
---
apiVersion: keda.sh/v1alpha1
kind: TriggerAuthentication
metadata: {name: worker, namespace: shop}
spec: {secretTargetRef: [{parameter: %s, name: redis, key: tls}]}
"""
SERVER = """
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: cache, namespace: shop}
spec:
  template:
    spec:
      containers: [{name: cache, image: "%s"}]
      volumes: [{name: c, configMap: {name: c}}]
---
apiVersion: v1
kind: ConfigMap
metadata: {name: c, namespace: shop}
data: {cache.conf: "port 6379"}
"""


def pod(*env: str, namespace: str = "shop", more: str = "") -> str:
    variables = ", ".join(f"{{name: {one.partition('=')[0]}, value: {one.partition('=')[2]!r}}}" for one in env)
    return f"""
apiVersion: v1
kind: Pod
metadata: {{name: api, namespace: {namespace}, labels: {{app: api}}}}
spec: {{containers: [{{name: api, env: [{variables}]}}]{more}}}
"""


def policy(spec: str) -> str:
    return f"""
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: one, namespace: shop}}
spec: {spec}
"""


LEFT_ALONE = {
    "two policies that deny one direction each": (
        "network-default-deny",
        pod() + policy("{podSelector: {}}") + policy("{podSelector: {}, policyTypes: [Egress]}"),
    ),
    "a pod in the network of its node": ("network-default-deny", pod(more=", hostNetwork: true")),
    "a policy for each direction": (
        "network-workload-policy",
        pod()
        + policy("{podSelector: {matchLabels: {app: api}}, policyTypes: [Ingress]}")
        + policy("{podSelector: {matchExpressions: [{key: app, operator: Exists}]}, policyTypes: [Egress]}"),
    ),
    "everybody, on a port": ("network-open-policy", policy("{podSelector: {}, ingress: [{ports: [{port: 443}]}]}")),
    "rules of a direction that is not restricted": (
        "network-open-policy",
        policy("{podSelector: {}, policyTypes: [Ingress], egress: [{}]}"),
    ),
    "addresses without that of the metadata": (
        "network-metadata-api",
        policy("{podSelector: {}, egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8}}], ports: [{port: 80}]}]}"),
    ),
    "a port that is not of the metadata": (
        "network-metadata-api",
        policy("{podSelector: {}, egress: [{to: [{ipBlock: {cidr: 0.0.0.0/0}}], ports: [{port: 443}]}]}"),
    ),
    "a gateway by its label": (
        "network-public-service",
        "{apiVersion: v1, kind: Service, metadata: {name: edge, labels: {app.kubernetes.io/name: traefik}}, "
        "spec: {type: LoadBalancer}}",
    ),
    "a route to the secure listener": ("gateway-tls", GATEWAY % "{name: gateway, namespace: edge, port: 443}"),
    "a route to another gateway": ("gateway-tls", GATEWAY % "{name: gateway}"),
    "a filter of another controller": ("gateway-rate-limit", ROUTE % "RateLimitFilter"),
    "a middleware that is not there": ("gateway-rate-limit", ROUTE % "Middleware"),
    "a limit in a chain": (
        "gateway-rate-limit",
        ROUTE % "Middleware"
        + MIDDLEWARE % ("first", "{chain: {middlewares: [{name: second}]}}")
        + MIDDLEWARE % ("second", "{rateLimit: {average: 5}}"),
    ),
    "a policy of Envoy Gateway": (
        "gateway-rate-limit",
        ROUTE % "Middleware"
        + MIDDLEWARE % ("first", "{compress: {}}")
        + "---\n{apiVersion: gateway.envoyproxy.io/v1alpha1, kind: BackendTrafficPolicy, "
        "metadata: {name: p, namespace: shop}, spec: {targetRefs: [{kind: HTTPRoute, name: api}], "
        "rateLimit: {type: Local}}}",
    ),
    "a policy of Envoy Gateway, by labels": (
        "gateway-rate-limit",
        ROUTE.replace("name: api, namespace", "name: api, labels: {app: api}, namespace") % "Middleware"
        + MIDDLEWARE % ("first", "{compress: {}}")
        + ENVOY % "targetSelectors: [{kind: HTTPRoute, matchLabels: {app: api}}]",
    ),
    "a policy of Envoy Gateway for the gateway": (
        "gateway-rate-limit",
        ROUTE.replace("{rules", "{parentRefs: [{name: gateway}], rules") % "Middleware"
        + MIDDLEWARE % ("first", "{compress: {}}")
        + ENVOY % "targetRefs: [{kind: Gateway, name: gateway}]",
    ),
    "a route of a mesh": (
        "gateway-rate-limit",
        ROUTE.replace("{rules", "{parentRefs: [{kind: Service, name: api}], rules") % "Middleware"
        + MIDDLEWARE % ("first", "{compress: {}}"),
    ),
    "a certificate for each host": (
        "gateway-tls",
        INGRESS % "tls: [{hosts: ['*.a.example']}], rules: [{host: b.a.example}]",
    ),
    "a certificate for whatever host": ("gateway-tls", INGRESS % "tls: [{secretName: a}], rules: [{host: a.example}]"),
    "a database in the same pod": (
        "postgres-tls",
        pod("URL=postgresql://a@127.0.0.1/b", "B=postgresql:///b?host=/run"),
    ),
    "a mode in the address": ("postgres-tls", pod("URL=postgresql+asyncpg://a@db/b?ssl=require")),
    "a driver of Java": ("postgres-tls", pod("URL=jdbc:postgresql://db/b?sslmode=verify-full")),
    "lines for TLS, then refusal": ("postgres-tls", HBA % "hostssl all a all cert, host all all all reject"),
    "a Redis in the same pod": ("redis-tls", pod("URL=redis://localhost:6379/0")),
    "what looks like an address": ("redis-tls", pod("URL=redis://[half", "TEXT=see http://a or redis")),
    "TLS by a Secret": ("redis-tls", TRIGGER % "tls"),
    "a configuration of something else": ("redis-tls", SERVER % "docker.io/acme/cache:1"),
    "a client of Kafka by TLS": ("kafka-tls", pod("KAFKA_SECURITY_PROTOCOL=SASL_SSL")),
}
FOUND = {
    "everybody, on every port of a protocol": (
        "network-open-policy",
        policy("{podSelector: {}, ingress: [{ports: [{protocol: TCP}]}]}"),
        "ingress from everybody on every port",
    ),
    "everybody, on ports from the first to the last": (
        "network-open-policy",
        policy("{podSelector: {}, ingress: [{ports: [{port: 1, endPort: 65535}]}]}"),
        "ingress from everybody on every port",
    ),
    "a policy of Envoy Gateway for another route": (
        "gateway-rate-limit",
        ROUTE % "Middleware"
        + MIDDLEWARE % ("first", "{compress: {}}")
        + ENVOY % "targetRefs: [{kind: HTTPRoute, name: web}]",
        "no filter limits how often",
    ),
    "a host without a certificate": (
        "gateway-tls",
        INGRESS % "tls: [{hosts: [a.example]}], rules: [{host: a.example}, {host: b.a.example}]",
        "host b.a.example is in no tls",
    ),
    "a selector without labels": (
        "gateway-allowed-routes",
        "{apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, metadata: {name: g}, spec: {listeners: "
        "[{name: web, allowedRoutes: {namespaces: {from: Selector, selector: {matchLabels: {}}}}}]}}",
        "Selector, and selects all",
    ),
    "a policy of another namespace": (
        "network-default-deny",
        pod(namespace="other") + policy("{podSelector: {}, policyTypes: [Ingress, Egress]}"),
        "namespace other has no policy that denies ingress",
    ),
    "a database whose pods an operator makes": (
        "network-workload-policy",
        HBA % "",
        "no policy of its own for ingress and egress",
    ),
    "all addresses of version 6": (
        "network-open-policy",
        policy("{podSelector: {}, egress: [{to: [{ipBlock: {cidr: '::/0'}}]}]}"),
        "egress to everybody on every port",
    ),
    "any port of the metadata": (
        "network-metadata-api",
        policy("{podSelector: {}, egress: [{to: [{ipBlock: {cidr: 169.254.0.0/16}}], ports: [{protocol: TCP}]}]}"),
        "169.254.0.0/16 holds 169.254.169.254",
    ),
    "a route from another namespace": (
        "gateway-tls",
        GATEWAY % "{name: gateway, namespace: edge}",
        "it answers at listener web of gateway",
    ),
    "an Ingress": (
        "gateway-tls",
        "{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: api}, spec: {rules: []}}",
        "it has no tls",
    ),
    "a selector of all namespaces": (
        "gateway-allowed-routes",
        "{apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, metadata: {name: g}, spec: {listeners: "
        "[{name: web, allowedRoutes: {namespaces: {from: Selector, selector: {}}}}]}}",
        "Selector, and selects all",
    ),
    "a middleware that does something else": (
        "gateway-body-limit",
        ROUTE % "Middleware" + MIDDLEWARE % ("first", "{compress: {}}"),
        "no filter limits how large",
    ),
    "a mode that may go without": (
        "postgres-tls",
        pod("URL=postgresql://a@db/b?sslmode=prefer", "PGSSLMODE=verify-full"),
        "URL has sslmode prefer",
    ),
    "a line before the refusal": (
        "postgres-tls",
        HBA % "host all a 10.0.0.0/8 md5, hostnossl all all all reject",
        "lets clients in without TLS: host all a",
    ),
    "refusal of one user": ("postgres-tls", HBA % "hostnossl all a all reject", "refuses nobody"),
    "the second of several addresses": (
        "redis-tls",
        pod("URL=rediss://a:6379/0;redis://b:6379/0"),
        "URL begins with redis://",
    ),
    "a trigger without TLS": ("redis-tls", TRIGGER % "password", "enableTLS of trigger redis is not set"),
    "an address in a ConfigMap": (
        "redis-tls",
        pod().replace("name: api, env", "name: api, envFrom: [{configMapRef: {name: c}}], env")
        + "---\n{apiVersion: v1, kind: ConfigMap, metadata: {name: c, namespace: shop}, data: {URL: 'redis://r:1'}}",
        "URL begins with redis://",
    ),
    "a listener of Kafka at the edge": (
        "network-public-service",
        "{apiVersion: kafka.strimzi.io/v1, kind: Kafka, metadata: {name: k}, spec: {kafka: {listeners: "
        "[{name: tls, type: internal}, {name: all, type: nodeport}]}}}",
        "its type is nodeport; it must be internal",
    ),
    "a database at the edge": (
        "network-public-service",
        "{apiVersion: postgresql.cnpg.io/v1, kind: Cluster, metadata: {name: p}, spec: {managed: {services: "
        "{additional: [{selectorType: rw, serviceTemplate: {spec: {type: LoadBalancer}}}]}}}}",
        "its type is LoadBalancer; it must be ClusterIP",
    ),
    "poolers at the edge": (
        "network-public-service",
        "{apiVersion: postgresql.cnpg.io/v1, kind: Pooler, metadata: {name: p}, spec: {serviceTemplate: "
        "{spec: {type: LoadBalancer}}}}",
        "its type is LoadBalancer",
    ),
    "a server of its own image": ("redis-tls", SERVER % "docker.io/valkey/valkey:9@sha256:0", "listens on port 6379"),
    "a client of Kafka without TLS": ("kafka-tls", pod("KAFKA_SECURITY_PROTOCOL=PLAINTEXT"), "is PLAINTEXT"),
    "a listener that is public": (
        "kafka-access",
        "{apiVersion: kafka.strimzi.io/v1, kind: Kafka, metadata: {name: k}, spec: {kafka: {listeners: "
        "[{name: plain}], authorization: {type: simple}}}}",
        "listener plain has no authentication",
    ),
}


@pytest.mark.parametrize(("rule", "text"), LEFT_ALONE.values(), ids=LEFT_ALONE)
def test_a_rule_leaves_alone_what_is_right(rule: str, text: str) -> None:
    assert judged(BY_NAME[rule], text) == []


@pytest.mark.parametrize(("rule", "text", "message"), FOUND.values(), ids=FOUND)
def test_a_rule_says_what_is_wrong(rule: str, text: str, message: str) -> None:
    assert message in "\n".join(judged(BY_NAME[rule], text))
