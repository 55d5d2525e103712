"""What nobody allowed does not reach a pod, and no pod reaches it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright.plan.policy import Example, Rule, Violation
from scalewright_policies.security import _network
from scalewright_policies.security._standards import cis, nsa

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.plan.policy import Objects, Subject
    from scalewright.plan.policy.rule import Settings


def _judge(objects: Objects, _settings: Settings) -> Iterator[Violation]:
    first: dict[str, Subject] = {}
    for workload in _network.workloads(objects):
        first.setdefault(workload.subject.namespace, workload.subject)
    for namespace, subject in first.items():
        of_all = [one for one in _network.policies(objects, namespace) if _network.is_of_all(one)]
        for direction in _network.DIRECTIONS:
            denying = [one for one in of_all if _denies(one, direction)]
            if not denying:
                told = of_all[0] if of_all else objects.find("Namespace", namespace, "") or subject
                where = f"namespace {namespace}" if namespace else "the namespace"
                message = f"{where} has no policy that denies {direction.lower()} to all of its pods; it must have one"
                yield Violation(told, message, "spec.policyTypes" if of_all else "")


def _denies(policy: Subject, direction: str) -> bool:
    return direction in _network.directions(policy) and not any(_network.rules(policy, direction))


RULE = Rule(
    name="network-default-deny",
    group="security",
    title="Each namespace with pods denies all connections, both ways, that no policy allows",
    why="A pod that no policy selects may be reached by every other, and itself reach the whole cluster and the world.",
    severity="high",
    remedy=(
        "Make a NetworkPolicy with an empty podSelector, policyTypes [Ingress, Egress] and no rules; backends of "
        "Scalewright have one"
    ),
    standards=(cis("5.3.2"), nsa("Network separation and hardening: Network policies")),
    examples=Example(
        good="""
apiVersion: v1
kind: Pod
metadata: {name: api, namespace: shop}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny, namespace: shop}
spec: {podSelector: {}, policyTypes: [Ingress, Egress]}
""",
        bad="""
apiVersion: v1
kind: Pod
metadata: {name: api, namespace: shop}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny, namespace: shop}
spec: {podSelector: {}, policyTypes: [Ingress]}
""",
    ),
    of_plan=_judge,
)
