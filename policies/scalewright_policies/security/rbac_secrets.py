"""Who reads Secrets reads those that he needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright.plan.policy import Example, Rule, Violation
from scalewright_policies.security._roles import READ, grants
from scalewright_policies.security._standards import cis, nsa

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.plan.policy import Subject
    from scalewright.plan.policy.rule import Settings


def _judge(subject: Subject, _settings: Settings) -> Iterator[Violation]:
    for grant in grants(subject):
        allowed = grant.allows("secrets", "", READ)
        if allowed and not grant.names:
            message = f"it allows {', '.join(allowed)} of all Secrets; it must name them in resourceNames"
            yield Violation(subject, message, f"{grant.path}.resourceNames")


RULE = Rule(
    name="rbac-secrets",
    group="security",
    title="No role reads all Secrets",
    why="To list Secrets is to have all of their values: one account that leaks is every password of the namespace.",
    severity="high",
    remedy="Name the Secrets in resourceNames, in a Role rather than a ClusterRole, or mount them as files",
    standards=(cis("5.1.2"), nsa("Authentication and authorization: Role-based access control")),
    examples=Example(
        good="""
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: reader}
rules:
- {apiGroups: [""], resources: [secrets], resourceNames: [redis], verbs: [get]}
""",
        bad="""
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: reader}
rules:
- {apiGroups: [""], resources: [secrets], verbs: [get, list]}
""",
    ),
    of_object=_judge,
)
