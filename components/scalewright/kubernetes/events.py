"""Streams of events: Kafka by the Strimzi operator, which only named users may reach, by TLS and certificates.

https://strimzi.io/docs/operators/latest/configuring.html
"""

from typing import Any, NotRequired, TypedDict

from pulumi import Input, Output, ResourceOptions
from pulumi_kubernetes.apiextensions import CustomResource

from scalewright.kubernetes.component import Component
from scalewright.kubernetes.metadata import metadata
from scalewright.kubernetes.pod import ZONE, ResourcesArgs, requirements

ROLE = "events"
API_VERSION = "kafka.strimzi.io/v1"
#: By this label the operator finds the cluster that a pool, topic or user belongs to.
CLUSTER = "strimzi.io/cluster"
PORT = 9093
#: A write is acknowledged when this many brokers have it; one fewer than all, so that one may be away.
IN_SYNC, REPLICATION = 2, 3


class TopicArgs(TypedDict):
    """One stream of events."""

    partitions: int
    """How many consumers of one group can share it."""
    retention_milliseconds: int
    """How long events are kept."""


class EventUserArgs(TypedDict):
    """An application that may write to topics, and read from them."""

    writes: list[str]
    """Names of the topics that it writes to."""
    reads: list[str]
    """Names of the topics that it reads from, in consumer groups that begin with its own name."""


class EventsArgs(TypedDict):
    """A Kafka cluster, its topics and its users."""

    namespace: Input[str]
    """The namespace that it lives in."""
    part_of: NotRequired[Input[str]]
    """Name of the backend that it belongs to."""
    brokers: int
    """Nodes, each broker and controller; 3 outlive the loss of one."""
    storage: Input[str]
    """Disk of each node, such as `20Gi`."""
    resources: NotRequired[ResourcesArgs]
    """Requests and limits of each node."""
    topics: dict[str, TopicArgs]
    """The topics by name."""
    users: NotRequired[dict[str, EventUserArgs]]
    """Who may use them, by name."""


class Events(Component):
    """A Kafka cluster without ZooKeeper, its topics, and a user with a certificate for each application.

    The operator makes the Secrets: ``<name>-cluster-ca-cert`` with ``ca.crt``, and one named for each user with
    ``user.crt`` and ``user.key``.
    """

    bootstrap: Output[str]
    """Host and port at which clients begin."""
    certificate_authority: Output[str]
    """Name of the Secret by whose `ca.crt` clients know the brokers."""

    def __init__(self, name: str, args: EventsArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        kafka = self._make("Kafka", name, args, name, _kafka(args))
        nodes = f"{name}-nodes"
        self._make("KafkaNodePool", nodes, args, name, _nodes(args))
        for topic, described in args["topics"].items():
            self._make("KafkaTopic", f"{name}-{topic}", args, name, _topic(topic, described, args))
        for user, rights in args.get("users", {}).items():
            self._make("KafkaUser", user, args, name, _user(user, rights))
        cluster = kafka.metadata["name"]
        self.bootstrap = Output.format("{0}-kafka-bootstrap.{1}.svc:{2}", cluster, args["namespace"], PORT)
        self.certificate_authority = Output.format("{0}-cluster-ca-cert", cluster)
        self.register_outputs({"bootstrap": self.bootstrap, "certificate_authority": self.certificate_authority})

    def _make(self, kind: str, name: str, args: EventsArgs, cluster: str, spec: dict[str, Any]) -> CustomResource:
        described = metadata(args, name, ROLE)
        if kind != "Kafka":
            described["labels"] = {**described["labels"], CLUSTER: cluster}
        return CustomResource(
            f"{kind.lower()}-{name}",
            api_version=API_VERSION,
            kind=kind,
            metadata=described,
            spec=spec,
            opts=self.child(retain_on_delete=kind in {"Kafka", "KafkaNodePool", "KafkaTopic"}),
        )


def _kafka(args: EventsArgs) -> dict[str, Any]:
    copies = min(REPLICATION, args["brokers"])
    in_sync = min(IN_SYNC, copies)
    return {
        "kafka": {
            "listeners": [
                {"name": "tls", "port": PORT, "type": "internal", "tls": True, "authentication": {"type": "tls"}}
            ],
            "authorization": {"type": "simple"},
            "rack": {"topologyKey": ZONE},
            "config": {
                "auto.create.topics.enable": False,
                "default.replication.factor": copies,
                "min.insync.replicas": in_sync,
                "offsets.topic.replication.factor": copies,
                "transaction.state.log.replication.factor": copies,
                "transaction.state.log.min.isr": in_sync,
            },
        },
        "entityOperator": {"topicOperator": {}, "userOperator": {}},
    }


def _nodes(args: EventsArgs) -> dict[str, Any]:
    spec: dict[str, Any] = {
        "replicas": args["brokers"],
        "roles": ["controller", "broker"],
        "storage": {
            "type": "jbod",
            "volumes": [
                {
                    "id": 0,
                    "type": "persistent-claim",
                    "size": args["storage"],
                    "deleteClaim": False,
                    "kraftMetadata": "shared",
                }
            ],
        },
    }
    return {**spec, "resources": requirements(args["resources"])} if "resources" in args else spec


def _topic(name: str, topic: TopicArgs, args: EventsArgs) -> dict[str, Any]:
    copies = min(REPLICATION, args["brokers"])
    return {
        "topicName": name,
        "partitions": topic["partitions"],
        "replicas": copies,
        "config": {
            "retention.ms": topic["retention_milliseconds"],
            "min.insync.replicas": min(IN_SYNC, copies),
        },
    }


def _user(name: str, rights: EventUserArgs) -> dict[str, Any]:
    acls = [_acl("topic", topic, "Describe", "Write") for topic in rights["writes"]]
    acls += [_acl("topic", topic, "Describe", "Read") for topic in rights["reads"]]
    if rights["reads"]:
        acls.append(_acl("group", name, "Read", pattern="prefix"))
    return {"authentication": {"type": "tls"}, "authorization": {"type": "simple", "acls": acls}}


def _acl(kind: str, name: str, *operations: str, pattern: str = "literal") -> dict[str, Any]:
    return {"resource": {"type": kind, "name": name, "patternType": pattern}, "operations": list(operations)}
