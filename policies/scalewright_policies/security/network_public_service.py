"""There is one way in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright.plan.policy import Example, Rule, Violation
from scalewright.plan.policy.subject import items, mapping
from scalewright_policies.security._api_security import MISCONFIGURATION
from scalewright_policies.security._standards import nsa

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.plan.policy import Subject
    from scalewright.plan.policy.rule import Settings

#: What a controller of gateways is called by its own chart.
NAME = "app.kubernetes.io/name"


def _judge(subject: Subject, settings: Settings) -> Iterator[Violation]:
    kind = subject.spec.get("type")
    if (subject.group, subject.kind) != ("", "Service") or kind not in ("LoadBalancer", "NodePort"):
        return
    gateways = [str(one) for one in items(settings.get("gateways"))]
    names = (subject.name, str(mapping(subject.metadata.get("labels")).get(NAME)))
    if not set(names) & set(gateways):
        bound = f"it must be ClusterIP, but for that of a gateway ({', '.join(gateways)})"
        yield Violation(subject, f"its type is {kind}; {bound}", "spec.type")


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
