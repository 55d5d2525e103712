"""Pods do not ask the machine's cloud who it is."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, Any

from scalewright.plan.policy import Example, Rule, Violation
from scalewright.plan.policy.subject import items, mapping
from scalewright_policies.security import _network
from scalewright_policies.security._standards import nsa

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.plan.policy import Subject
    from scalewright.plan.policy.rule import Settings

#: Where AWS, Azure, Google and others answer: of the link itself, by plain HTTP.
ADDRESS, PORT = ip_address("169.254.169.254"), 80


def _judge(subject: Subject, _settings: Settings) -> Iterator[Violation]:
    if (subject.group, subject.kind) != ("networking.k8s.io", "NetworkPolicy"):
        return
    for rule, path in _network.rules(subject, "Egress"):
        # A rule without ports is another rule's where it is of all addresses.
        ports = [mapping(one) for one in items(rule.get("ports"))]
        for index, peer in enumerate(items(rule.get("to"))):
            block = mapping(mapping(peer).get("ipBlock"))
            if block and any(map(_is_ours, ports)) and _holds(block.get("cidr")) and not _is_excepted(block):
                message = f"{block.get('cidr')} holds {ADDRESS}, on port {PORT}; it must be in `except`"
                yield Violation(subject, message, f"{path}.to[{index}].ipBlock")


def _is_ours(port: Any) -> bool:
    first = port.get("port")
    last = port.get("endPort", first)
    if port.get("protocol", "TCP") != "TCP":
        return False
    return first is None or (isinstance(first, int) and isinstance(last, int) and first <= PORT <= last)


def _holds(cidr: Any) -> bool:
    try:
        return ADDRESS in ip_network(str(cidr), strict=False)
    except ValueError:
        return False


def _is_excepted(block: Any) -> bool:
    return any(map(_holds, items(block.get("except"))))


RULE = Rule(
    name="network-metadata-api",
    group="security",
    title="No policy lets pods reach the metadata of the cloud's machine",
    why="Whoever makes a pod fetch an address of his choice gets the credentials of its node there.",
    severity="high",
    remedy="Add except: [169.254.169.254/32] to the ipBlock, or name the addresses that are meant (`cidrs`)",
    standards=(nsa("Network separation and hardening: Protecting sensitive cloud infrastructure"),),
    examples=Example(
        good="""
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: api}
spec:
  podSelector: {}
  policyTypes: [Egress]
  egress:
  - to: [{ipBlock: {cidr: 0.0.0.0/0, except: [169.254.0.0/16]}}]
    ports: [{port: 80}]
""",
        bad="""
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: api}
spec:
  podSelector: {}
  policyTypes: [Egress]
  egress:
  - to: [{ipBlock: {cidr: 0.0.0.0/0}}]
    ports: [{port: 80}]
""",
    ),
    of_object=_judge,
)
