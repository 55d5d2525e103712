"""Fields of prod that rules of this group guard, each broken in turn."""

from tests.policies.mutation import REMOVED, Mutation

API, WORKER = "Deployment orders", "Deployment orders-worker"
CONTAINER = "spec.template.spec.containers[0]"
POOLER, PGBOUNCER = "Pooler postgres-pooler-rw", "spec.pgbouncer.parameters"
#: Places of variables among those of a container, which are sorted by name.
OVERFLOW, SIZE, TIMEOUT = 2, 3, 11
KAFKA = {"type": "kafka", "metadata": {"topic": "orders", "consumerGroup": "orders", "bootstrapServers": "events:9093"}}
HPA = "HorizontalPodAutoscaler orders"

MUTATIONS = (
    Mutation("connection-budget", "Cluster postgres", "spec.postgresql.parameters.max_connections", "150"),
    Mutation("connection-budget", "Cluster postgres", "spec.postgresql.parameters.max_connections"),
    Mutation("connection-budget", POOLER, f"{PGBOUNCER}.default_pool_size", "60"),
    Mutation("connection-budget", POOLER, f"{PGBOUNCER}.max_client_conn", "100"),
    Mutation("connection-budget", POOLER, f"{PGBOUNCER}.reserve_pool_size", "20"),
    Mutation("connection-budget", API, f"{CONTAINER}.env[{SIZE}].value", "20"),
    Mutation("connection-budget", API, f"{CONTAINER}.env[{OVERFLOW}].value", "20"),
    Mutation("connections-known", API, f"{CONTAINER}.env[{SIZE}]"),
    Mutation("redis-client-budget", API, f"{CONTAINER}.env[0]", {"name": "REDIS_MAX_CONNECTIONS", "value": "1000"}),
    Mutation(
        "redis-client-budget",
        "StatefulSet redis-cache",
        f"{CONTAINER}.command",
        ["valkey-server", "--maxclients", "1000"],
    ),
    Mutation("kafka-partitions", "ScaledObject orders-worker", "spec.triggers[0]", KAFKA),
    Mutation("kafka-partitions", API, "spec.template.metadata.annotations", {"scalewright/consumes": "orders"}),
    Mutation("quota-fits-maximum", "ResourceQuota shop-prod", 'spec.hard["requests.cpu"]', "20"),
    Mutation("quota-fits-maximum", "ResourceQuota shop-prod", 'spec.hard["requests.memory"]', "40Gi"),
    Mutation("quota-fits-maximum", "ResourceQuota shop-prod", "spec.hard.pods", "40"),
    Mutation("quota-fits-maximum", "ResourceQuota shop-prod", 'spec.hard["requests.storage"]', "100Gi"),
    Mutation(
        "nodes-fit-maximum",
        "Namespace shop-prod",
        'metadata.annotations["scalewright/nodes"]',
        '{"count": 3, "cpu": "8", "memory": "30Gi"}',
    ),
    Mutation(
        "nodes-fit-maximum",
        "Namespace shop-prod",
        'metadata.annotations["scalewright/nodes"]',
        '{"count": 60, "cpu": "1", "memory": "8Gi"}',
    ),
    Mutation("utilization-needs-requests", API, f"{CONTAINER}.resources.requests.cpu"),
    Mutation("autoscaler-headroom", HPA, "spec.metrics[0].resource.target.averageUtilization", 80),
    Mutation("autoscaler-headroom", API, f"{CONTAINER}.startupProbe.failureThreshold", 240),
    Mutation("visibility-timeout", WORKER, f"{CONTAINER}.env[{TIMEOUT}].value", "30"),
    Mutation("grace-covers-longest-task", WORKER, "spec.template.spec.terminationGracePeriodSeconds", 30),
    Mutation("grace-covers-longest-task", WORKER, "spec.template.spec.terminationGracePeriodSeconds", REMOVED),
)
