"""Who may talk to whom: nobody, but along the edges that are named.

https://kubernetes.io/docs/concepts/services-networking/network-policies/
"""

from collections.abc import Iterable, Iterator
from typing import Any, NotRequired, TypedDict

from pulumi import Input, ResourceOptions
from pulumi_kubernetes.networking.v1 import NetworkPolicy

from scalewright.kubernetes.component import Component
from scalewright.kubernetes.metadata import metadata

ROLE = "network"
#: The label that every namespace has: https://kubernetes.io/docs/reference/labels-annotations-taints/
NAMESPACE = "kubernetes.io/metadata.name"
DNS_PORT = 53


class PeerArgs(TypedDict):
    """Pods by their labels, or addresses outside the cluster."""

    labels: NotRequired[dict[str, str]]
    """Labels of the pods; without any, every pod of the namespace."""
    namespace: NotRequired[str]
    """Their namespace, if it is another one."""
    cidr: NotRequired[str]
    """Addresses in CIDR notation, in place of pods."""


class EdgeArgs(TypedDict):
    """Pods that may open connections to others."""

    source: PeerArgs
    """Who connects."""
    target: PeerArgs
    """Who listens."""
    ports: list[int]
    """Ports of TCP that it listens on."""


class NetworkArgs(TypedDict):
    """The connections of one namespace."""

    namespace: Input[str]
    """The namespace."""
    part_of: NotRequired[Input[str]]
    """Name of the backend that it belongs to."""
    edges: list[EdgeArgs]
    """All connections there may be, beside those to the cluster's DNS."""


class Network(Component):
    """NetworkPolicies that deny everything both ways, and then allow each edge at both of its ends."""

    def __init__(self, name: str, args: NetworkArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        self._policy(name, args, "default-deny", {"pod_selector": {}, "policy_types": ["Ingress", "Egress"]})
        self._policy(name, args, "dns", {"pod_selector": {}, "policy_types": ["Egress"], "egress": [_dns()]})
        for group, edges in _groups(args["edges"]):
            self._policy(name, args, group, _allow(edges))
        self.register_outputs({})

    def _policy(self, name: str, args: NetworkArgs, suffix: str, spec: dict[str, Any]) -> None:
        described = metadata(args, name, ROLE, suffix=suffix)
        NetworkPolicy(f"{name}-{suffix}", metadata=described, spec=spec, opts=self.child())


def is_local(peer: PeerArgs) -> bool:
    """Whether a peer is pods of the namespace itself."""
    return "namespace" not in peer and "cidr" not in peer


def _groups(edges: Iterable[EdgeArgs]) -> Iterator[tuple[str, tuple[dict[str, str], list[EdgeArgs], list[EdgeArgs]]]]:
    """Yield each group of local pods with the edges that end there and those that begin there."""
    edges = list(edges)
    groups: dict[str, dict[str, str]] = {}
    for edge in edges:
        for peer in (edge["source"], edge["target"]):
            if is_local(peer):
                groups[_name(peer)] = peer.get("labels", {})
    for name, labels in sorted(groups.items()):
        coming = [edge for edge in edges if is_local(edge["target"]) and _name(edge["target"]) == name]
        going = [edge for edge in edges if is_local(edge["source"]) and _name(edge["source"]) == name]
        yield name, (labels, coming, going)


def _name(peer: PeerArgs) -> str:
    """Name a group of pods by what its labels say: label keys are long, and their values are names already."""
    return "-".join(value for _, value in sorted(peer.get("labels", {}).items())) or "all"


def _allow(group: tuple[dict[str, str], list[EdgeArgs], list[EdgeArgs]]) -> dict[str, Any]:
    labels, coming, going = group
    spec: dict[str, Any] = {"pod_selector": {"match_labels": labels}, "policy_types": []}
    if coming:
        spec["policy_types"].append("Ingress")
        spec["ingress"] = [{"from_": [_peer(edge["source"])], "ports": _ports(edge)} for edge in coming]
    if going:
        spec["policy_types"].append("Egress")
        spec["egress"] = [{"to": [_peer(edge["target"])], "ports": _ports(edge)} for edge in going]
    return spec


def _peer(peer: PeerArgs) -> dict[str, Any]:
    if "cidr" in peer:
        return {"ip_block": {"cidr": peer["cidr"]}}
    selected: dict[str, Any] = {"pod_selector": {"match_labels": peer.get("labels", {})}}
    if "namespace" in peer:
        selected["namespace_selector"] = {"match_labels": {NAMESPACE: peer["namespace"]}}
    return selected


def _ports(edge: EdgeArgs) -> list[dict[str, Any]]:
    return [{"port": port, "protocol": "TCP"} for port in edge["ports"]]


def _dns() -> dict[str, Any]:
    return {
        "to": [
            {
                "namespace_selector": {"match_labels": {NAMESPACE: "kube-system"}},
                "pod_selector": {"match_labels": {"k8s-app": "kube-dns"}},
            }
        ],
        "ports": [{"port": DNS_PORT, "protocol": protocol} for protocol in ("UDP", "TCP")],
    }
