"""Fields of prod that rules of the network guard, each broken in turn."""

from tests.policies.mutation import Mutation

DENY, WORKER, INSTANCES = (
    f"NetworkPolicy network-{name}" for name in ("default-deny", "orders-worker", "postgres-instance")
)
ORDERS = "Deployment orders"
SENTINELS = ";".join(f"sentinel://redis-{number}.redis-headless.shop-prod.svc:26379/0" for number in range(3))
ENV = "spec.template.spec.containers[0].env"
LISTENER = "spec.kafka.listeners[0]"
EVERYWHERE = {"ipBlock": {"cidr": "0.0.0.0/0"}}

MUTATIONS = (
    Mutation("network-default-deny", DENY, ""),
    Mutation("network-default-deny", DENY, "spec.policyTypes", ["Ingress"]),
    Mutation("network-default-deny", DENY, "spec.policyTypes", ["Egress"]),
    Mutation("network-default-deny", DENY, "spec.podSelector", {"matchLabels": {"app": "api"}}),
    Mutation("network-default-deny", DENY, "spec.ingress", [{"ports": [{"port": 22}]}]),
    Mutation("network-workload-policy", WORKER, ""),
    Mutation("network-workload-policy", WORKER, "spec.policyTypes", ["Egress"]),
    Mutation("network-workload-policy", WORKER, "spec.policyTypes", ["Ingress"]),
    Mutation("network-workload-policy", INSTANCES, ""),
    Mutation("network-workload-policy", "NetworkPolicy network-postgres-pooler-rw", ""),
    Mutation("network-workload-policy", "NetworkPolicy network-events-kafka", ""),
    Mutation("network-workload-policy", "NetworkPolicy network-migrations", "spec.podSelector.matchLabels", {"a": "b"}),
    Mutation("network-open-policy", WORKER, "spec.egress[0]", {}),
    Mutation("network-open-policy", WORKER, "spec.ingress", [{"from": [{"namespaceSelector": {}}]}]),
    Mutation("network-open-policy", WORKER, "spec.egress[0]", {"to": [EVERYWHERE]}),
    Mutation("network-metadata-api", WORKER, "spec.egress[0]", {"to": [EVERYWHERE], "ports": [{"port": 80}]}),
    Mutation("network-metadata-api", INSTANCES, "spec.egress[1].ports", [{"port": 1, "endPort": 443}]),
    Mutation("network-public-service", "Service orders", "spec.type", "LoadBalancer"),
    Mutation("network-public-service", "Service redis-sentinel", "spec.type", "NodePort"),
    Mutation("network-public-service", "Kafka events", "spec.kafka.listeners[0].type", "loadbalancer"),
    Mutation(
        "network-public-service", "Pooler postgres-pooler-rw", "spec.serviceTemplate", {"spec": {"type": "NodePort"}}
    ),
    Mutation("network-external-ips", "Service orders", "spec.externalIPs", ["203.0.113.7"]),
    Mutation("gateway-tls", "HTTPRoute gateway-redirect", ""),
    Mutation("gateway-tls", "HTTPRoute gateway-redirect", "spec.rules[0].filters[0].requestRedirect.scheme", "http"),
    Mutation("gateway-tls", "HTTPRoute orders", "spec.parentRefs[0].sectionName"),
    Mutation("gateway-tls", "HTTPRoute orders", "spec.parentRefs[0].sectionName", "http"),
    Mutation("gateway-allowed-routes", "Gateway gateway", "spec.listeners[1].allowedRoutes.namespaces.from", "All"),
    Mutation("gateway-rate-limit", "HTTPRoute orders", "spec.rules[0].filters[1]"),
    Mutation("gateway-rate-limit", "Middleware gateway-rate-limit", "spec.rateLimit.average", 0),
    Mutation("gateway-body-limit", "HTTPRoute orders", "spec.rules[0].filters[2]"),
    Mutation("gateway-body-limit", "Middleware gateway-body-limit", "spec.buffering.maxRequestBodyBytes"),
    Mutation("postgres-tls", "Cluster postgres", "spec.postgresql.pg_hba"),
    Mutation("postgres-tls", "Cluster postgres", "spec.postgresql.pg_hba[0]", "host all all all scram-sha-256"),
    Mutation(
        "postgres-tls", ORDERS, f"{ENV}[5].value", "postgresql://shop@postgres-ro.shop-prod.svc/shop?sslmode=allow"
    ),
    Mutation("postgres-tls", ORDERS, f"{ENV}[7].value", "prefer"),
    Mutation("redis-tls", ORDERS, f"{ENV}[1].value", "redis://redis-cache.shop-prod.svc:6379/0"),
    Mutation("redis-tls", ORDERS, f"{ENV}[8].value", SENTINELS),
    Mutation("redis-tls", "ScaledObject orders-worker", "spec.triggers[0].metadata.enableTLS"),
    Mutation("redis-tls", "ConfigMap redis", 'data["listen.conf"]', "port 26379\n"),
    Mutation("kafka-tls", "Kafka events", f"{LISTENER}.tls", False),
    Mutation("kafka-access", "Kafka events", f"{LISTENER}.authentication"),
    Mutation("kafka-access", "Kafka events", "spec.kafka.authorization"),
    Mutation("kafka-listener-peers", "Kafka events", f"{LISTENER}.networkPolicyPeers"),
)
