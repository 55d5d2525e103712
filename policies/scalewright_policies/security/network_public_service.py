"""There is one way in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scalewright.plan.policy import Example, Rule, Violation
from scalewright.plan.policy.subject import get, items, mapping
from scalewright_policies.security._api_security import MISCONFIGURATION
from scalewright_policies.security._standards import nsa

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.plan.policy import Subject
    from scalewright.plan.policy.rule import Settings

#: What a controller of gateways is called by its own chart.
NAME = "app.kubernetes.io/name"
_PUBLIC = frozenset({"loadbalancer", "nodeport"})
#: What a listener of Kafka is called that stays inside.
_INSIDE = {"Kafka": "internal"}


def _judge(subject: Subject, settings: Settings) -> Iterator[Violation]:
    gateways = [str(one) for one in items(settings.get("gateways"))]
    names = (subject.name, str(mapping(subject.metadata.get("labels")).get(NAME)))
    if set(names) & set(gateways):
        return
    for kind, path in _types(subject):
        if isinstance(kind, str) and kind.lower() in _PUBLIC:
            bound = f"it must be {_INSIDE.get(subject.kind, 'ClusterIP')}, but for that of a gateway"
            yield Violation(subject, f"its type is {kind}; {bound} ({', '.join(gateways)})", path)


def _types(subject: Subject) -> Iterator[tuple[Any, str]]:
    """Yield the types of Services, those that operators make for an object included."""
    match subject.group, subject.kind:
        case "", "Service":
            yield subject.spec.get("type"), "spec.type"
        case "postgresql.cnpg.io", "Pooler":  # https://cloudnative-pg.io/docs/current/connection_pooling
            yield subject.get(path := "spec.serviceTemplate.spec.type"), path
        case "postgresql.cnpg.io", "Cluster":  # https://cloudnative-pg.io/docs/current/service_management
            path = "spec.managed.services.additional"
            for index, one in enumerate(items(subject.get(path))):
                yield get(one, "serviceTemplate.spec.type"), f"{path}[{index}].serviceTemplate.spec.type"
        case "kafka.strimzi.io", "Kafka":  # https://strimzi.io/docs/operators/latest/configuring.html
            for index, one in enumerate(items(subject.get("spec.kafka.listeners"))):
                yield get(one, "type"), f"spec.kafka.listeners[{index}].type"


RULE = Rule(
    name="network-public-service",
    group="security",
    title="Only the gateway has a load balancer or ports of the nodes",
    why="A Service of its own at the edge passes by TLS, limits and log of the gateway, and is easily forgotten.",
    severity="high",
    remedy=(
        "Leave spec.type out and reach it by a route of the gateway (`routes`); of another gateway, name the Service "
        "or its label app.kubernetes.io/name in the setting `gateways`"
    ),
    standards=(MISCONFIGURATION, nsa("Network separation and hardening: Network policies")),
    settings={"gateways": ["traefik"]},
    examples=Example(
        good="""
apiVersion: v1
kind: Service
metadata: {name: traefik}
spec: {type: LoadBalancer}
""",
        bad="""
apiVersion: v1
kind: Service
metadata: {name: postgres}
spec: {type: LoadBalancer}
""",
    ),
    of_object=_judge,
)
