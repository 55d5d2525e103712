"""Which pods may talk to which, by the NetworkPolicies of a plan. Pure.

The rules are those of networking.k8s.io/v1: a pod that no policy selects for a direction accepts everything in it; one
that is selected accepts what any of its policies allows; a connection needs both ends to accept it.
https://kubernetes.io/docs/concepts/services-networking/network-policies/
"""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from scalewright.plan.policy.labels import selects

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

Manifest = dict[str, Any]

NAMESPACE = "kubernetes.io/metadata.name"


@dataclass(frozen=True)
class End:
    """One end of a connection: a pod by namespace and labels, or an address outside the cluster."""

    namespace: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    address: str | None = None


def is_allowed(
    objects: Iterable[Manifest], source: End, target: End, port: int, protocol: Literal["TCP", "UDP"] = "TCP"
) -> bool:
    """Whether a connection may be opened. The namespaces are known by their names alone."""
    policies = [one for one in objects if one["kind"] == "NetworkPolicy"]
    gate = Gate(port, protocol)
    return _accepts(policies, source, target, "Egress", gate) and _accepts(policies, target, source, "Ingress", gate)


class Gate(NamedTuple):
    """Where a connection enters: a port, and the protocol spoken to it."""

    port: int
    protocol: str


def _accepts(policies: Iterable[Manifest], pod: End, other: End, direction: str, gate: Gate) -> bool:
    if pod.address is not None:
        return True  # what is outside the cluster is not for it to restrict
    selecting = [one["spec"] for one in policies if _selects(one, pod) and direction in _directions(one["spec"])]
    if not selecting:
        return True
    field_, peers = ("ingress", "from") if direction == "Ingress" else ("egress", "to")
    namespace = pod.namespace
    return any(
        _has_peer(rule.get(peers), other, namespace) and _has_gate(rule.get("ports"), gate)
        for spec in selecting
        for rule in spec.get(field_) or ()
    )


def _selects(policy: Manifest, pod: End) -> bool:
    return policy["metadata"].get("namespace", "") == pod.namespace and selects(
        policy["spec"].get("podSelector", {}), pod.labels
    )


def _directions(spec: Manifest) -> Iterator[str]:
    """Yield the directions that a policy restricts; unsaid, ingress, and egress if it has rules for that."""
    if types := spec.get("policyTypes"):
        yield from types
        return
    yield "Ingress"
    if "egress" in spec:
        yield "Egress"


def _has_peer(peers: list[Manifest] | None, other: End, namespace: str) -> bool:
    return not peers or any(_is_peer(peer, other, namespace) for peer in peers)


def _is_peer(peer: Manifest, other: End, namespace: str) -> bool:
    if block := peer.get("ipBlock"):
        if other.address is None:  # a pod's address is not known; it is certain to be one of all
            return ip_network(block["cidr"]).prefixlen == 0
        address = ip_address(other.address)
        return address in ip_network(block["cidr"]) and not any(
            address in ip_network(excepted) for excepted in block.get("except", ())
        )
    if other.address is not None:
        return False
    if "namespaceSelector" in peer:
        in_namespace = selects(peer["namespaceSelector"], {NAMESPACE: other.namespace})
    else:
        in_namespace = other.namespace == namespace
    return in_namespace and selects(peer.get("podSelector", {}), other.labels)


def _has_gate(ports: list[Manifest] | None, gate: Gate) -> bool:
    return not ports or any(_is_gate(port, gate) for port in ports)


def _is_gate(one: Manifest, gate: Gate) -> bool:
    """Compare by number: which number a named port has is for the pod to say, so a name is taken for none."""
    if one.get("protocol", "TCP") != gate.protocol:
        return False
    first = one.get("port")
    return first is None or (isinstance(first, int) and first <= gate.port <= one.get("endPort", first))
