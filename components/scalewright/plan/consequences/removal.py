"""What it comes to that an object is no longer declared, or is declared somewhere else."""

from __future__ import annotations

from typing import NamedTuple

from scalewright.plan.consequences import builtin, operators, postgres
from scalewright.plan.consequences.rule import Effect  # noqa: TC001 - read by NamedTuple


class Removal(NamedTuple):
    """What the deletion of an object of a kind comes to."""

    effect: Effect
    text: str
    source: str


RECLAIM = "https://kubernetes.io/docs/concepts/storage/persistent-volumes/#reclaiming"
NAMESPACES = "https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/"

REMOVALS: dict[str, Removal] = {
    "Namespace": Removal("loses", "data loss: all that is in it is deleted with it", NAMESPACES),
    "PersistentVolumeClaim": Removal("loses", "data loss: its volume is deleted with it", RECLAIM),
    "Cluster": Removal("loses", "data loss: the database and its volumes are deleted; backups stay", postgres.STORAGE),
    "KafkaTopic": Removal("loses", "data loss: the topic is deleted with its messages", operators.STRIMZI),
    "Kafka": Removal("rolls", "ends the brokers; their volumes stay", operators.STRIMZI),
    "KafkaNodePool": Removal("rolls", "ends its brokers; their volumes stay", operators.STRIMZI),
    "StatefulSet": Removal("rolls", "ends its pods; their volumes stay", builtin.STATEFUL_SET),
    "Deployment": Removal("rolls", "ends its pods", builtin.DEPLOYMENT),
    "Pooler": Removal("rolls", "ends its pods; connections through it break", postgres.POOLING),
    "Job": Removal("quiet", "deletes its pods and their logs", builtin.JOB),
    "Service": Removal("rolls", "nobody finds what is behind it any longer", builtin.SERVICE),
    "Gateway": Removal("rolls", "nothing is let in any longer", operators.GATEWAY),
    "HTTPRoute": Removal("rolls", "requests for it are no longer let in", operators.GATEWAY),
    "Certificate": Removal("quiet", "the certificate is renewed no longer; its Secret stays", operators.CERTIFICATE),
    "Issuer": Removal("quiet", "its certificates are renewed no longer", operators.CERTIFICATE),
    "ExternalSecret": Removal(
        "quiet", "its Secret is deleted with it: pods that are to read it no longer start", operators.EXTERNAL_SECRETS
    ),
    "HorizontalPodAutoscaler": Removal("scales", "replicas stay as many as there are", builtin.AUTOSCALER),
    "ScaledObject": Removal("scales", "replicas stay as many as there are", operators.KEDA),
    "ScheduledBackup": Removal("quiet", "no further backups are made; those that are there stay", postgres.BACKUP),
    "ObjectStore": Removal("quiet", "backups that are there stay", postgres.BACKUP),
    "Secret": Removal("quiet", "pods that are to read it no longer start", builtin.SECRET),
    "ConfigMap": Removal("quiet", "pods that are to read it no longer start", builtin.CONFIG_MAP),
    "ServiceAccount": Removal("quiet", "pods that run as it no longer start", builtin.ACCOUNT),
    "NetworkPolicy": Removal("quiet", "connections that it alone lets through are refused, at once", builtin.NETWORK),
    "ResourceQuota": Removal("quiet", "nothing bounds the namespace any longer", builtin.QUOTA),
    "LimitRange": Removal("quiet", "containers that ask for nothing get nothing", builtin.RANGE),
    "PodDisruptionBudget": Removal("quiet", "drains may end all replicas at once", builtin.BUDGET),
    "Middleware": Removal("quiet", "routes that name it are refused by Traefik", operators.TRAEFIK),
    "PodMonitor": Removal("quiet", "nothing scrapes it any longer", operators.PROMETHEUS),
    "ServiceMonitor": Removal("quiet", "nothing scrapes it any longer", operators.PROMETHEUS),
    "PrometheusRule": Removal("quiet", "nobody is alerted by it any longer", operators.PROMETHEUS),
    "TriggerAuthentication": Removal("quiet", "what scales by it no longer does", operators.AUTHENTICATION),
    "KafkaUser": Removal("rolls", "clients that log in as it are refused", operators.STRIMZI),
}
#: What holds data, so that another of its kind elsewhere begins empty.
DATA = frozenset({"Cluster", "Kafka", "KafkaNodePool", "KafkaTopic", "PersistentVolumeClaim", "StatefulSet"})
