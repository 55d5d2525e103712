"""Who may talk to whom: nobody, but along the edges that are named.

https://kubernetes.io/docs/concepts/services-networking/network-policies/
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Any, NamedTuple, NotRequired, TypedDict

from pulumi import Input, ResourceOptions
from pulumi_kubernetes.networking.v1 import NetworkPolicy
from pydantic import Field

from scalewright.declaration import Model
from scalewright.declaration.cluster import NamespaceName
from scalewright.declaration.external import Cidrs
from scalewright.declaration.problem import Problem
from scalewright.kubernetes import arguments
from scalewright.kubernetes.arguments import Rules
from scalewright.kubernetes.component import Component
from scalewright.kubernetes.metadata import NAME, metadata

ROLE = "network"
#: The label that every namespace has: https://kubernetes.io/docs/reference/labels-annotations-taints/
NAMESPACE = "kubernetes.io/metadata.name"
DNS_NAMESPACE, DNS_PODS, DNS_PORT = "kube-system", {"k8s-app": "kube-dns"}, 53


class PeerArgs(TypedDict):
    """Pods by their labels, or addresses outside the cluster."""

    labels: NotRequired[dict[str, str]]
    """Labels of the pods; without any, every pod of the namespace."""
    having: NotRequired[list[str]]
    """Labels that the pods must have besides, whatever their value."""
    namespace: NotRequired[str]
    """Their namespace, if it is another one."""
    cidrs: NotRequired[list[str]]
    """Addresses in CIDR notation, in place of pods. A block of all addresses holds those of pods, too."""


class EdgeArgs(TypedDict):
    """Pods that may open connections to others."""

    source: PeerArgs
    """Who connects."""
    target: PeerArgs
    """Who listens."""
    ports: list[int]
    """Ports of TCP that it listens on in its pods, whatever a Service before them calls them."""


class NetworkArgs(TypedDict):
    """The connections of one namespace."""

    namespace: Input[str]
    """The namespace."""
    part_of: NotRequired[Input[str]]
    """Name of the backend that it belongs to."""
    edges: list[EdgeArgs]
    """All connections there may be, beside those to the cluster's DNS."""


class _Peer(Model):
    labels: dict[str, str] = Field(default_factory=dict)
    having: list[str] = Field(default_factory=list)
    namespace: NamespaceName | None = None
    cidrs: Cidrs = Field(default_factory=list)

    def contradictions(self) -> Iterator[Problem]:
        if self.cidrs and (self.labels or self.having or self.namespace):
            bound = "it must stand alone: addresses have no labels, and are in no namespace"
            yield Problem(("cidrs",), self.cidrs, bound, "Make two edges of it")


class _Edge(Model):
    source: _Peer = Field(examples=[{"labels": {NAME: "orders"}}])
    target: _Peer = Field(examples=[{"labels": {NAME: "redis"}}])
    ports: Annotated[list[Annotated[int, Field(ge=1, le=65535)]], Field(min_length=1, examples=[[5432]])]


RULES = Rules(shape=NetworkArgs, of={"edges": list[_Edge]})


class Network(Component):
    """NetworkPolicies that deny everything both ways, and then allow each edge at both of its ends."""

    def __init__(self, name: str, args: NetworkArgs, opts: ResourceOptions | None = None) -> None:
        arguments.check("Network", name, args, RULES, _problems)
        super().__init__(name, args, opts)
        self._policy(name, args, "default-deny", {"pod_selector": {}, "policy_types": ["Ingress", "Egress"]})
        self._policy(name, args, "dns", {"pod_selector": {}, "policy_types": ["Egress"], "egress": [_dns()]})
        for group in _groups(args["edges"]):
            self._policy(name, args, group.name, _allow(group))
        self.finish()

    def _policy(self, name: str, args: NetworkArgs, suffix: str, spec: dict[str, Any]) -> None:
        described = metadata(args, name, ROLE, suffix=suffix)
        NetworkPolicy(f"{name}-{suffix}", metadata=described, spec=spec, opts=self.child())


class _Group(NamedTuple):
    """Pods of the namespace that are selected alike, with the edges that end there and those that begin there."""

    name: str
    peer: PeerArgs
    coming: Sequence[EdgeArgs]
    going: Sequence[EdgeArgs]


def is_local(peer: PeerArgs) -> bool:
    """Whether a peer is pods of the namespace itself."""
    return "namespace" not in peer and "cidrs" not in peer


def _groups(edges: Iterable[EdgeArgs]) -> Iterator[_Group]:
    coming: dict[str, list[EdgeArgs]] = defaultdict(list)
    going: dict[str, list[EdgeArgs]] = defaultdict(list)
    peers: dict[str, PeerArgs] = {}
    for edge in edges:
        for end, found in ((edge["target"], coming), (edge["source"], going)):
            if is_local(end):
                peers[_name(end)] = end
                found[_name(end)].append(edge)
    for name, peer in sorted(peers.items()):
        yield _Group(name, peer, coming[name], going[name])


def _name(peer: PeerArgs) -> str:
    """Name a group of pods as they are called, or by all that its labels say: their values are names already."""
    labels = peer.get("labels", {})
    said = [labels[NAME]] if NAME in labels else [*labels.values(), *(key.split("/")[-1] for key in _having(peer))]
    return "-".join(said).lower() or "all"


def _having(peer: PeerArgs) -> list[str]:
    return sorted(peer.get("having", []))


def _problems(args: Mapping[str, Any]) -> Iterator[Problem]:
    """Refuse two groups of pods that would be called alike, of which one would lose its policy."""
    known: dict[str, Any] = {}
    for index, edge in enumerate(args.get("edges", ())):
        for end in ("source", "target"):
            peer = edge.get(end, {})
            if is_local(peer) and known.setdefault(_name(peer), peer) != peer:
                bound = f"it must not be called {_name(peer)!r} as {known[_name(peer)]} is, which has other labels"
                yield Problem(("edges", index, end), peer, bound, "Select both alike")


def _allow(group: _Group) -> dict[str, Any]:
    # Both directions, also where nothing goes: without default-deny, too, it is closed.
    spec: dict[str, Any] = {"pod_selector": _selector(group.peer), "policy_types": ["Ingress", "Egress"]}
    if group.coming:
        spec["ingress"] = [{"from_": _peers(edge["source"]), "ports": _ports(edge)} for edge in group.coming]
    if group.going:
        spec["egress"] = [{"to": _peers(edge["target"]), "ports": _ports(edge)} for edge in group.going]
    return spec


def _selector(peer: PeerArgs) -> dict[str, Any]:
    having = [{"key": key, "operator": "Exists"} for key in _having(peer)]
    # Empty ones must not be there: the API server drops them as it stores, and would find them new at each apply.
    wanted = {"match_labels": peer.get("labels", {}), "match_expressions": having}
    return {key: value for key, value in wanted.items() if value not in ({}, [])}


def _peers(peer: PeerArgs) -> list[dict[str, Any]]:
    if "cidrs" in peer:
        return [{"ip_block": {"cidr": one}} for one in peer["cidrs"]]
    selected: dict[str, Any] = {"pod_selector": _selector(peer)}
    if "namespace" in peer:
        selected["namespace_selector"] = {"match_labels": {NAMESPACE: peer["namespace"]}}
    return [selected]


def _ports(edge: EdgeArgs) -> list[dict[str, Any]]:
    return [{"port": port, "protocol": "TCP"} for port in edge["ports"]]


def _dns() -> dict[str, Any]:
    return {
        "to": _peers({"namespace": DNS_NAMESPACE, "labels": DNS_PODS}),
        "ports": [{"port": DNS_PORT, "protocol": protocol} for protocol in ("UDP", "TCP")],
    }
