"""What Strimzi is told of a Kafka: its nodes, listeners, topics and users.

Fields: https://strimzi.io/docs/operators/latest/configuring.html. Which pods it makes, how they are labelled and which
ports they listen on: https://strimzi.io/docs/operators/latest/deploying.html
"""

from typing import TYPE_CHECKING, Any

from scalewright.declaration import Duration
from scalewright.kubernetes.pod import ZONE, ResourcesArgs, requests_and_limits, spread_of_operators

if TYPE_CHECKING:
    from scalewright.kubernetes.events import EventsArgs, EventUserArgs, TopicArgs

#: By this label the operator finds the cluster that a pool, topic or user belongs to; by the other it names its pods.
CLUSTER = "strimzi.io/cluster"
NAME = "strimzi.io/name"
#: The listener of clients; and those of the controllers, of brokers among each other, and of the operator's agent.
PORT, CONTROL_PORT, REPLICATION_PORT, AGENT_PORT = 9093, 9090, 9091, 8443
#: A write is acknowledged when this many brokers have it; one fewer than all, so that one may be away.
IN_SYNC, REPLICATION = 2, 3
RESOURCES: ResourcesArgs = {"cpu": "250m", "memory": "1Gi"}
#: Of each of the two containers that look after topics and users.
ENTITY_RESOURCES: ResourcesArgs = {"cpu": "50m", "memory": "256Mi"}
#: What Pod Security ``restricted`` asks of a container and Strimzi leaves out, unless its operator is told otherwise.
RESTRICTED = {
    "securityContext": {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "runAsNonRoot": True,
        "seccompProfile": {"type": "RuntimeDefault"},
    }
}


def broker_labels(cluster: str) -> dict[str, str]:
    """Return the labels of the nodes' pods."""
    return {NAME: f"{cluster}-kafka"}


def entity_operator_labels(cluster: str) -> dict[str, str]:
    """Return the labels of the pod that makes topics and users."""
    return {NAME: f"{cluster}-entity-operator"}


def copies(args: "EventsArgs") -> int:
    """Return how many brokers have each event."""
    return min(REPLICATION, args.get("brokers", 1))


def kafka(args: "EventsArgs") -> dict[str, Any]:
    """Return the specification of a cluster: one listener, for clients with certificates, who may do what is named."""
    in_sync = min(IN_SYNC, copies(args))
    clients = [{"podSelector": {"matchLabels": labels}} for labels in args.get("clients", ())]
    # Without peers Strimzi lets everybody in, so that a cluster without clients is told of none that exist.
    peers = {"networkPolicyPeers": clients or [_NOBODY]} if "clients" in args else {}
    listener = {"name": "tls", "port": PORT, "type": "internal", "tls": True, "authentication": {"type": "tls"}}
    operator = {"resources": requests_and_limits(ENTITY_RESOURCES)}
    return {
        "kafka": {
            "listeners": [{**listener, **peers}],
            "authorization": {"type": "simple"},
            "rack": {"topologyKey": ZONE},
            "config": {
                "auto.create.topics.enable": False,
                "default.replication.factor": copies(args),
                "min.insync.replicas": in_sync,
                "offsets.topic.replication.factor": copies(args),
                "transaction.state.log.replication.factor": copies(args),
                "transaction.state.log.min.isr": in_sync,
            },
        },
        "entityOperator": {
            "topicOperator": operator,
            "userOperator": operator,
            "template": {"topicOperatorContainer": RESTRICTED, "userOperatorContainer": RESTRICTED},
        },
    }


_NOBODY = {"podSelector": {"matchLabels": {NAME: "nobody"}}}
# Strimzi labels the pods of a pool itself; nothing else in the namespace has this label.
_NODES = {"matchExpressions": [{"key": "strimzi.io/pool-name", "operator": "Exists"}]}


def nodes(args: "EventsArgs") -> dict[str, Any]:
    """Return the specification of the nodes, each broker and controller, spread over zones and hosts.

    Of several, hosts are kept apart strictly: a majority of them, or two copies of an event, must not go with one host.
    """
    volume: dict[str, Any] = {"id": 0, "type": "persistent-claim", "size": args.get("storage", "1Gi")}
    if "storage_class" in args:
        volume["class"] = args["storage_class"]
    return {
        "replicas": args.get("brokers", 1),
        "roles": ["controller", "broker"],
        "storage": {"type": "jbod", "volumes": [{**volume, "deleteClaim": False, "kraftMetadata": "shared"}]},
        "resources": requests_and_limits(args.get("resources", RESOURCES)),
        "template": {
            "pod": {"topologySpreadConstraints": spread_of_operators(_NODES, strictly=args.get("brokers", 1) > 1)},
            "kafkaContainer": RESTRICTED,
            "initContainer": RESTRICTED,
        },
    }


def topic(name: str, topic: "TopicArgs", args: "EventsArgs") -> dict[str, Any]:
    """Return the specification of a topic."""
    retention = Duration(topic.get("retention", "168h")).seconds
    return {
        "topicName": name,
        "partitions": topic.get("partitions", 3),
        "replicas": copies(args),
        "config": {"retention.ms": round(retention * 1000), "min.insync.replicas": min(IN_SYNC, copies(args))},
    }


def user(rights: "EventUserArgs", group: str) -> dict[str, Any]:
    """Return the specification of a user and what it may do; to write idempotently needs no right of its own."""
    acls = [_acl("topic", topic, "Describe", "Write") for topic in rights.get("writes", ())]
    acls += [_acl("topic", topic, "Describe", "Read") for topic in rights.get("reads", ())]
    if rights.get("reads"):
        acls.append(_acl("group", group, "Describe", "Read", pattern="prefix"))
    return {"authentication": {"type": "tls"}, "authorization": {"type": "simple", "acls": acls}}


def _acl(kind: str, name: str, *operations: str, pattern: str = "literal") -> dict[str, Any]:
    return {"resource": {"type": kind, "name": name, "patternType": pattern}, "operations": list(operations)}
