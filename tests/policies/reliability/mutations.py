"""Fields of prod that rules of this group guard, each broken in turn."""

from tests.policies.mutation import REMOVED, Edited, Mutation

POD = "spec.template.spec"
CONTAINER = f"{POD}.containers[0]"
CONFIG = "spec.kafka.config"
SYNCHRONOUS = "spec.postgresql.synchronous"
PDB = "PodDisruptionBudget"

AVAILABILITY = (
    Mutation("minimum-replicas", "Pooler postgres-pooler-rw", "spec.instances", 1),
    Mutation("minimum-replicas", "HorizontalPodAutoscaler orders", ""),
    Mutation("disruption-budget-present", f"{PDB} orders", ""),
    Mutation("disruption-budget-present", f"{PDB} orders-worker", ""),
    Mutation("disruption-budget-present", f"{PDB} redis", "spec.selector.matchLabels", {"app": "another"}),
    Mutation("disruption-budget-present", f"{PDB} postgres-pooler-rw", ""),
    Mutation("disruption-budget-present", "Cluster postgres", "spec.enablePDB", False),
    Mutation("disruption-budget-permits", f"{PDB} orders", "spec.maxUnavailable", 0),
    Mutation("disruption-budget-permits", f"{PDB} orders", "spec.maxUnavailable", "0%"),
    Mutation("disruption-budget-permits", f"{PDB} orders", "spec.maxUnavailable", REMOVED),
    Mutation(
        "disruption-budget-permits",
        f"{PDB} orders",
        "spec",
        {
            "minAvailable": 3,
            "selector": {"matchLabels": {"app.kubernetes.io/name": "orders"}},
        },
    ),
    Mutation(
        "disruption-budget-permits",
        "Kafka events",
        "spec.kafka.template",
        {
            "podDisruptionBudget": {"maxUnavailable": 0},
        },
    ),
    Mutation("disruption-budget-permits", f"{PDB} redis", "spec.selector", {}),
    Mutation("topology-spread", "Deployment orders", f"{POD}.topologySpreadConstraints", REMOVED),
    Mutation("topology-spread", "Deployment orders-worker", f"{POD}.topologySpreadConstraints[1]", REMOVED),
    Mutation("topology-spread", "StatefulSet redis", f"{POD}.topologySpreadConstraints[1].labelSelector", REMOVED),
    Mutation("topology-spread", "Pooler postgres-pooler-rw", f"{POD}.topologySpreadConstraints[1]", REMOVED),
    Mutation("topology-spread", "Cluster postgres", "spec.affinity.enablePodAntiAffinity", False),
    Mutation("topology-spread", "KafkaNodePool events-nodes", "spec.template.pod", REMOVED),
    Mutation("readiness-probe", "Deployment orders", f"{CONTAINER}.readinessProbe", REMOVED),
    Mutation("readiness-probe", "Deployment orders-relay", f"{CONTAINER}.readinessProbe", REMOVED),
    Mutation("readiness-probe", "StatefulSet redis", f"{POD}.containers[1].readinessProbe", REMOVED),
    Mutation("liveness-probe", "Deployment orders", f"{CONTAINER}.livenessProbe", REMOVED),
    Mutation("liveness-probe", "Deployment orders-worker", f"{CONTAINER}.livenessProbe", REMOVED),
    Mutation("probes-differ", "Deployment orders", f"{CONTAINER}.livenessProbe.httpGet.path", "/readyz"),
    Mutation(
        "probes-differ", "StatefulSet redis", f"{CONTAINER}.livenessProbe.exec.command[1]", "/etc/valkey/ready.sh"
    ),
    Mutation("drain-covered", "Deployment orders", f"{POD}.terminationGracePeriodSeconds", 35),
    Mutation("drain-covered", "Deployment orders", f"{POD}.terminationGracePeriodSeconds", 0),
    Mutation("drain-covered", "Deployment orders", f"{POD}.terminationGracePeriodSeconds", REMOVED),
    Mutation("drain-covered", "Deployment orders", f"{CONTAINER}.command[17]", "60"),
    Mutation("drain-covered", "Deployment orders", f"{CONTAINER}.lifecycle.preStop.sleep.seconds", 10),
    Mutation("drain-covered", "Deployment orders", f"{CONTAINER}.lifecycle", REMOVED),
    Mutation("requests-set", "Deployment orders-relay", f"{CONTAINER}.resources", REMOVED),
    Mutation("requests-set", "Deployment orders-relay", f"{CONTAINER}.resources.requests.cpu", REMOVED),
    Mutation("requests-set", "Job migrations-9f2b6c1d4e8a-636736f1", f"{CONTAINER}.resources.requests.cpu", REMOVED),
    Mutation("requests-set", "Cluster postgres", "spec.resources", REMOVED),
    Mutation("requests-set", "Pooler postgres-pooler-rw", f"{CONTAINER}.resources.requests.cpu", REMOVED),
    Mutation("requests-set", "KafkaNodePool events-nodes", "spec.resources.requests.cpu", REMOVED),
    Mutation("requests-set", "Kafka events", "spec.entityOperator.topicOperator.resources", REMOVED),
    Mutation("requests-set", "ObjectStore postgres-backup", "spec.instanceSidecarConfiguration", REMOVED),
    Mutation("memory-limit-equals-request", "Deployment orders", f"{CONTAINER}.resources.limits.memory", "1Gi"),
    Mutation("memory-limit-equals-request", "Deployment orders", f"{CONTAINER}.resources.limits.memory", REMOVED),
    Mutation("memory-limit-equals-request", "StatefulSet redis", f"{CONTAINER}.resources.requests.memory", "1Gi"),
    Mutation("memory-limit-equals-request", "Cluster postgres", "spec.resources.limits.memory", "8Gi"),
    Mutation("memory-limit-equals-request", "KafkaNodePool events-nodes", "spec.resources.limits", REMOVED),
    Mutation("autoscaler-bounds", "HorizontalPodAutoscaler orders", "spec.maxReplicas", 2),
    Mutation("autoscaler-bounds", "ScaledObject orders-worker", "spec.minReplicaCount", 21),
    Mutation("autoscaler-bounds", "ScaledObject orders-worker", "spec.idleReplicaCount", 2),
    Mutation("autoscaled-replicas", "Deployment orders", "spec.replicas", 3),
    Mutation("autoscaled-replicas", "Deployment orders-worker", "spec.replicas", 2),
    Mutation("autoscaler-minimum", "HorizontalPodAutoscaler orders", "spec.minReplicas", 1),
    Mutation("autoscaler-minimum", "HorizontalPodAutoscaler orders", "spec.minReplicas", REMOVED),
)
DATA = (
    Mutation("postgres-instances", "Cluster postgres", "spec.instances", 2),
    Mutation("postgres-instances", "Cluster postgres", "spec.instances", 1),
    Mutation("postgres-durability", "Cluster postgres", SYNCHRONOUS, REMOVED),
    Mutation("postgres-durability", "Cluster postgres", f"{SYNCHRONOUS}.dataDurability", "preferred"),
    Mutation("postgres-durability", "Cluster postgres", f"{SYNCHRONOUS}.number", 0),
    Mutation("postgres-durability", "Cluster postgres", f"{SYNCHRONOUS}.failoverQuorum", False),
    Mutation("postgres-backups", "Cluster postgres", "spec.plugins", REMOVED),
    Mutation("postgres-backups", "Cluster postgres", "spec.plugins[0].isWALArchiver", False),
    Mutation("postgres-backups", "Cluster postgres", "spec.plugins[0].enabled", False),
    Mutation("postgres-backups", "ScheduledBackup postgres-backup", ""),
    Mutation("postgres-backups", "ScheduledBackup postgres-backup", "spec.cluster.name", "another"),
    Mutation("postgres-backups", "ScheduledBackup postgres-backup", "spec.method", REMOVED),
    Mutation("postgres-backups", "ScheduledBackup postgres-backup", "spec.pluginConfiguration", REMOVED),
    Mutation("postgres-backups", "ScheduledBackup postgres-backup", "spec.suspend", True),
    Mutation("postgres-superuser", "Cluster postgres", "spec.enableSuperuserAccess", True),
    Mutation("kafka-brokers", "KafkaNodePool events-nodes", "spec.replicas", 1),
    Mutation("kafka-replication-factor", "Kafka events", f'{CONFIG}["default.replication.factor"]', REMOVED),
    Mutation("kafka-replication-factor", "Kafka events", f'{CONFIG}["default.replication.factor"]', "2"),
    Mutation("kafka-replication-factor", "Kafka events", f'{CONFIG}["offsets.topic.replication.factor"]', 1),
    Mutation("kafka-replication-factor", "Kafka events", f'{CONFIG}["transaction.state.log.replication.factor"]', 1),
    Mutation("kafka-replication-factor", "KafkaTopic events-orders", "spec.replicas", 1),
    Mutation("kafka-min-insync-replicas", "Kafka events", f'{CONFIG}["min.insync.replicas"]', REMOVED),
    Mutation("kafka-min-insync-replicas", "Kafka events", f'{CONFIG}["min.insync.replicas"]', 3),
    Mutation("kafka-min-insync-replicas", "Kafka events", f'{CONFIG}["transaction.state.log.min.isr"]', 1),
    Mutation("kafka-min-insync-replicas", "KafkaTopic events-orders", 'spec.config["min.insync.replicas"]', 1),
    Mutation(
        "redis-broker-durable",
        "ConfigMap redis",
        'data["valkey.conf"]',
        Edited("policy noeviction", "policy allkeys-lru"),
    ),
    Mutation(
        "redis-broker-durable", "ConfigMap redis", 'data["valkey.conf"]', Edited("appendonly yes", "appendonly no")
    ),
    Mutation("redis-broker-durable", "ConfigMap redis", 'data["valkey.conf"]', Edited("appendonly yes\n", "")),
    Mutation("redis-broker-durable", "StatefulSet redis", "spec.volumeClaimTemplates", REMOVED),
    Mutation(
        "redis-cache-bounded",
        "ConfigMap redis-cache",
        'data["valkey.conf"]',
        Edited("policy allkeys-lru", "policy noeviction"),
    ),
    Mutation(
        "redis-cache-bounded",
        "ConfigMap redis-cache",
        'data["valkey.conf"]',
        Edited("maxmemory 268435456", "maxmemory 0"),
    ),
    Mutation(
        "object-store-safe", "ObjectStore postgres-backup", "spec.configuration.endpointURL", "http://s3.example.com"
    ),
    Mutation("data-retained", "Namespace shop-prod", "retain_on_delete", False),
    Mutation("data-retained", "Cluster postgres", "retain_on_delete", False),
    Mutation("data-retained", "ObjectStore postgres-backup", "retain_on_delete", False),
    Mutation("data-retained", "Kafka events", "retain_on_delete", False),
    Mutation("data-retained", "KafkaNodePool events-nodes", "retain_on_delete", False),
    Mutation("data-retained", "KafkaTopic events-orders", "retain_on_delete", False),
    Mutation("data-retained", "KafkaNodePool events-nodes", "spec.storage.volumes[0].deleteClaim", True),
    Mutation("data-retained", "StatefulSet redis", "spec.persistentVolumeClaimRetentionPolicy.whenDeleted", "Delete"),
    Mutation("data-retained", "StatefulSet redis", "spec.persistentVolumeClaimRetentionPolicy.whenScaled", "Delete"),
)
MUTATIONS = (*AVAILABILITY, *DATA)
