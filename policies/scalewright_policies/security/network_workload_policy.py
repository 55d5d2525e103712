"""Who may talk to a workload, and to whom it may, is said of it by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright.plan.policy import Example, Rule, Violation
from scalewright_policies.security import _network
from scalewright_policies.security._standards import cis, nsa

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.plan.policy import Objects
    from scalewright.plan.policy.rule import Settings


def _judge(objects: Objects, _settings: Settings) -> Iterator[Violation]:
    for workload in _network.workloads(objects):
        own = list(_network.own(objects, workload))
        covered = {direction for one in own for direction in _network.directions(one)}
        if lacking := [one for one in _network.DIRECTIONS if one not in covered]:
            named = f"only {', '.join(one.name for one in own)}, which lacks" if own else "no policy of its own for"
            message = f"its pods have {named} {' and '.join(lacking).lower()}; both directions must be said"
            yield Violation(workload.subject, message)


RULE = Rule(
    name="network-workload-policy",
    group="security",
    title="Each workload has a network policy of its own for both directions",
    why=(
        "Where only what holds for all pods holds for one, either it is cut off or it may do what others need, and one "
        "policy taken out opens it."
    ),
    severity="medium",
    remedy=(
        "Make a NetworkPolicy whose podSelector has the labels of its pods and whose policyTypes are Ingress and "
        "Egress, without rules for a direction in which nothing goes; of a backend: name in `uses`, `sends` and "
        "`routes` what talks to what"
    ),
    standards=(cis("5.3.2"), nsa("Network separation and hardening: Network policies")),
    examples=Example(
        good="""
apiVersion: v1
kind: Pod
metadata: {name: api, namespace: shop, labels: {app: api}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: api, namespace: shop}
spec: {podSelector: {matchLabels: {app: api}}, policyTypes: [Ingress, Egress]}
""",
        bad="""
apiVersion: v1
kind: Pod
metadata: {name: api, namespace: shop, labels: {app: api}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec: {podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress, Egress]}
""",
    ),
    of_plan=_judge,
)
