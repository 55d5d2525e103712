"""Roles name what they allow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright.plan.policy import Example, Rule, Violation
from scalewright_policies.security._roles import grants
from scalewright_policies.security._standards import cis, nsa

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.plan.policy import Subject
    from scalewright.plan.policy.rule import Settings


def _judge(subject: Subject, _settings: Settings) -> Iterator[Violation]:
    for grant in grants(subject):
        wide = {
            "apiGroups": "*" in grant.groups,
            "resources": any(str(one).startswith("*") for one in grant.resources),
            "verbs": "*" in grant.verbs,
            "nonResourceURLs": "*" in grant.urls,
        }
        for field in (field for field, is_wide in wide.items() if is_wide):
            message = f"{field} has *, which is all there is and all there will be; each must be named"
            yield Violation(subject, message, f"{grant.path}.{field}")


RULE = Rule(
    name="rbac-wildcards",
    group="security",
    title="Roles name groups, resources and verbs",
    why=(
        "With * a role grows by itself: it has the Secrets, the next operator's kinds, and verbs such as escalate, "
        "that nobody meant to give."
    ),
    severity="high",
    remedy="Name each group, resource and verb that is used",
    standards=(cis("5.1.3"), nsa("Authentication and authorization: Role-based access control")),
    examples=Example(
        good="""
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: reader}
rules:
- {apiGroups: [""], resources: [pods], verbs: [get, list]}
""",
        bad="""
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: reader}
rules:
- {apiGroups: ["*"], resources: ["*"], verbs: [get]}
""",
    ),
    of_object=_judge,
)
