"""Streams of events: Kafka by the Strimzi operator, which only named users may reach, by TLS and certificates.

https://strimzi.io/docs/operators/latest/configuring.html
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, NotRequired, TypedDict

from pulumi import Input, Output, ResourceOptions
from pulumi_kubernetes.apiextensions import CustomResource
from pydantic import Field

from scalewright import declaration
from scalewright.declaration.names import ObjectName
from scalewright.declaration.problem import Problem
from scalewright.kubernetes import arguments, events_kafka
from scalewright.kubernetes.arguments import ObjectLabel, Rules
from scalewright.kubernetes.component import Component
from scalewright.kubernetes.events_kafka import PORT
from scalewright.kubernetes.metadata import metadata
from scalewright.kubernetes.pod import ResourcesArgs

ROLE = "events"
API_VERSION = "kafka.strimzi.io/v1"
CA_KEY, CERTIFICATE_KEY, PRIVATE_KEY = "ca.crt", "user.crt", "user.key"
#: Clients speak Kafka's protocol by TLS: the scheme that is in use for it.
SCHEME = "kafka+ssl"


class TopicArgs(TypedDict):
    """One stream of events."""

    partitions: NotRequired[int]
    """How many consumers of one group can share it; 3 by default."""
    retention: NotRequired[str]
    """How long events are kept, such as `24h`; a week by default."""


class EventUserArgs(TypedDict):
    """An application that may write to topics, and read from them."""

    writes: NotRequired[list[str]]
    """Names of the topics that it writes to."""
    reads: NotRequired[list[str]]
    """Names of the topics that it reads from."""
    group: NotRequired[str]
    """What the names of its consumer groups begin with; its own name by default."""


class ExternalEventsArgs(TypedDict):
    """A Kafka that somebody else runs, reached by TLS with certificates on both sides."""

    bootstrap: list[Input[str]]
    """Hosts and ports at which clients begin."""
    secret: Input[str]
    """Name of the Secret that holds certificates and key."""
    ca: NotRequired[Input[str]]
    """Key for the certificate of the brokers' authority; `ca.crt` by default."""
    certificate: NotRequired[Input[str]]
    """Key for the certificate of the clients; `user.crt` by default."""
    key: NotRequired[Input[str]]
    """Key for the private key to it; `user.key` by default."""


class EventsArgs(TypedDict):
    """A Kafka cluster, its topics and its users."""

    namespace: Input[str]
    """The namespace that it lives in."""
    part_of: NotRequired[Input[str]]
    """Name of the backend that it belongs to."""
    brokers: NotRequired[int]
    """Nodes, each broker and controller: 1, the default, or at least 3, which outlive the loss of one."""
    storage: NotRequired[Input[str]]
    """Disk of each node; `1Gi` by default. It can grow, and never shrink."""
    storage_class: NotRequired[Input[str]]
    """StorageClass of the disks; the cluster's default where it is left out."""
    resources: NotRequired[ResourcesArgs]
    """Requests and limits of each node; 250m and 1Gi by default."""
    topics: NotRequired[dict[str, TopicArgs]]
    """The topics by name; nobody makes others."""
    users: NotRequired[dict[str, EventUserArgs]]
    """Who may use them, by name."""
    clients: NotRequired[list[dict[str, str]]]
    """Labels of the pods that may connect, one set for each kind of pod; any by default, with a certificate."""
    external: NotRequired[ExternalEventsArgs]
    """A Kafka that somebody else runs: nothing is made, and the outputs tell where it is."""


RULES = Rules(
    shape=EventsArgs,
    of={
        "storage_class": ObjectName,
        "users": dict[ObjectLabel, dict[str, Any]],
        "clients": list[Annotated[dict[str, str], Field(min_length=1)]],
    },
    part=declaration.Events,
    example={"engine": "kafka"},
)


class Events(Component):
    """A Kafka without ZooKeeper, its topics, and a user with a certificate for each application; or an external one."""

    bootstrap: Output[str]
    """Hosts and ports at which clients begin, separated by commas."""
    url: Output[str]
    """The same as an address: `kafka+ssl://` and `bootstrap`."""
    ca_secret: Output[str]
    """Name of the Secret that holds the certificate by which clients know the brokers."""
    ca_key: Output[str]
    """Key for that certificate."""
    secret: Output[str]
    """Name of the Secret with certificate and key of every client; empty where each user has one, `<name>-<user>`."""
    certificate_key: Output[str]
    """Key for the certificate of a client."""
    private_key: Output[str]
    """Key for the private key to it."""

    def __init__(self, name: str, args: EventsArgs, opts: ResourceOptions | None = None) -> None:
        arguments.check("Events", name, args, RULES, _of_users)
        super().__init__(name, args, opts)
        if "external" in args:
            self._external(args["external"])
        else:
            self._cluster(name, args)
            self._internal(name, args)
        self.url = Output.concat(SCHEME, "://", self.bootstrap)
        self.finish()

    def _cluster(self, name: str, args: EventsArgs) -> None:
        kept = {"retain_on_delete": True}  # data outlives what describes it
        pool = self._make("KafkaNodePool", f"{name}-nodes", args, name, events_kafka.nodes(args), **kept)
        kafka = self._make("Kafka", name, args, name, events_kafka.kafka(args), **kept)
        after = {"depends_on": [pool, kafka]}
        for topic, described in args.get("topics", {}).items():
            spec = events_kafka.topic(topic, described, args)
            self._make("KafkaTopic", f"{name}-{topic}", args, name, spec, **kept, **after)
        for user, rights in args.get("users", {}).items():
            spec = events_kafka.user(rights, rights.get("group", user))
            self._make("KafkaUser", user_secret(name, user), args, name, spec, **after)

    def _internal(self, name: str, args: EventsArgs) -> None:
        self.bootstrap = Output.concat(f"{name}-kafka-bootstrap.", args["namespace"], f".svc:{PORT}")
        self.ca_secret, self.ca_key = Output.from_input(f"{name}-cluster-ca-cert"), Output.from_input(CA_KEY)
        self.secret = Output.from_input("")
        self.certificate_key, self.private_key = Output.from_input(CERTIFICATE_KEY), Output.from_input(PRIVATE_KEY)

    def _external(self, external: ExternalEventsArgs) -> None:
        self.bootstrap = Output.all(*external["bootstrap"]).apply(lambda known: ",".join(map(str, known)))
        self.secret = self.ca_secret = Output.from_input(external["secret"])
        self.ca_key = Output.from_input(external.get("ca", CA_KEY))
        self.certificate_key = Output.from_input(external.get("certificate", CERTIFICATE_KEY))
        self.private_key = Output.from_input(external.get("key", PRIVATE_KEY))

    def _make(
        self, kind: str, name: str, args: EventsArgs, cluster: str, spec: dict[str, Any], **options: Any
    ) -> CustomResource:
        described = metadata(args, name, ROLE)
        if kind != "Kafka":
            described["labels"] = {**described["labels"], events_kafka.CLUSTER: cluster}
        return CustomResource(
            name, api_version=API_VERSION, kind=kind, metadata=described, spec=spec, opts=self.child(**options)
        )


def user_secret(name: str, user: str) -> str:
    """Return the name of a user, and of the Secret that the operator makes for it, with certificate and key."""
    return f"{name}-{user}"


def _of_users(args: Mapping[str, Any]) -> Iterator[Problem]:
    topics = args.get("topics", {})
    for user, rights in args.get("users", {}).items():
        for key in ("writes", "reads"):
            for index, topic in enumerate(rights.get(key, ())):
                if topic not in topics:
                    bound = f"it must be one of the topics ({', '.join(sorted(topics)) or 'there is none'})"
                    yield Problem(("users", user, key, index), topic, bound, "Add it to topics, or take it out")
