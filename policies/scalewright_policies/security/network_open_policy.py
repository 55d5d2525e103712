"""A policy that allows names whom or what it allows."""

from __future__ import annotations

from ipaddress import ip_network
from typing import TYPE_CHECKING, Any

from scalewright.plan.policy import Example, Rule, Violation
from scalewright.plan.policy.subject import items, mapping
from scalewright_policies.security import _network
from scalewright_policies.security._standards import cis, nsa

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.plan.policy import Subject
    from scalewright.plan.policy.rule import Settings


_LAST = 65535  # of all ports


def _judge(subject: Subject, _settings: Settings) -> Iterator[Violation]:
    if (subject.group, subject.kind) != ("networking.k8s.io", "NetworkPolicy"):
        return
    for direction in _network.DIRECTIONS:
        _, peers = _network.FIELDS[direction]
        for rule, path in _network.rules(subject, direction):
            everybody = not items(rule.get(peers)) or any(map(_is_everybody, items(rule.get(peers))))
            if everybody and _is_every_port(rule.get("ports")):
                message = f"{direction.lower()} {peers} everybody on every port is allowed; one of both must be named"
                yield Violation(subject, message, path)


def _is_every_port(ports: Any) -> bool:
    """Whether ports are all there are: none is named, or all of a protocol are."""
    return not items(ports) or any(map(_is_open, items(ports)))


def _is_open(port: Any) -> bool:
    first = mapping(port).get("port")
    return first is None or (first in (0, 1) and mapping(port).get("endPort") == _LAST)


def _is_everybody(peer: Any) -> bool:
    """Whether a peer is all there is: every address, or every pod of every namespace."""
    block = mapping(mapping(peer).get("ipBlock"))
    if block:
        return not items(block.get("except")) and _is_every_address(block.get("cidr"))
    spaces = mapping(peer).get("namespaceSelector")
    return isinstance(spaces, dict) and not spaces and not mapping(mapping(peer).get("podSelector"))


def _is_every_address(text: Any) -> bool:
    try:
        return ip_network(str(text), strict=False).prefixlen == 0
    except ValueError:
        return False


RULE = Rule(
    name="network-open-policy",
    group="security",
    title="A network policy does not allow everybody on every port",
    why="Policies add up: one that allows all undoes every other, default-deny included.",
    severity="high",
    remedy="Name pods, namespaces or addresses in `from` or `to`, and `ports`; [] instead of [{}] allows nothing",
    standards=(cis("5.3.2"), nsa("Network separation and hardening: Network policies")),
    examples=Example(
        good="""
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: api}
spec:
  podSelector: {}
  policyTypes: [Egress]
  egress:
  - {to: [{podSelector: {}}], ports: [{port: 5432}]}
""",
        bad="""
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: api}
spec:
  podSelector: {}
  policyTypes: [Egress]
  egress:
  - {}
""",
    ),
    of_object=_judge,
)
