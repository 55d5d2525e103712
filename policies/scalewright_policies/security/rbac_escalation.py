"""Nobody may make himself more than he is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright.plan.policy import Example, Rule, Violation
from scalewright_policies.security._roles import GROUP, READ, WRITE, grants
from scalewright_policies.security._standards import cis, nsa

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.plan.policy import Subject
    from scalewright.plan.policy.rule import Settings

VERBS = frozenset({"escalate", "bind", "impersonate"})
_HOOKS = "admissionregistration.k8s.io"
#: Of which group, what is allowed with which verbs, and what comes of it.
WAYS = (
    ("", "nodes/proxy", READ | WRITE, "every pod of every node, past the audit log"),
    ("", "serviceaccounts/token", frozenset({"create"}), "a token of any account in reach"),
    ("certificates.k8s.io", "certificatesigningrequests/approval", WRITE, "a certificate in anybody's name"),
    (_HOOKS, "validatingwebhookconfigurations", WRITE, "whatever is sent to the API server"),
    (_HOOKS, "mutatingwebhookconfigurations", WRITE, "a say in whatever is sent to the API server"),
    ("", "persistentvolumes", frozenset({"create"}), "any folder of any node"),
)


def _judge(subject: Subject, _settings: Settings) -> Iterator[Violation]:
    for grant in grants(subject):
        if verbs := sorted(VERBS & set(map(str, grant.verbs))):
            message = f"it allows {', '.join(verbs)}, by which its holder has rights that nobody gave to him"
            yield Violation(subject, message, f"{grant.path}.verbs")
        for group, resource, risky, outcome in WAYS:
            # One name that is asked for is no way to others.
            if (allowed := grant.allows(resource, group, risky)) and not grant.names:
                message = f"it allows {', '.join(allowed)} of {resource}, by which its holder has {outcome}"
                yield Violation(subject, message, f"{grant.path}.resources")


RULE = Rule(
    name="rbac-escalation",
    group="security",
    title="No role is a way to more rights",
    why="Kubernetes refuses that somebody gives rights that he has not. These verbs and resources are the exceptions.",
    severity="high",
    remedy="Take the verb or the resource out, or limit it by resourceNames",
    standards=(
        cis("5.1.8 to 5.1.13"),
        nsa("Authentication and authorization: Role-based access control"),
    ),
    examples=Example(
        good=f"""
apiVersion: {GROUP}/v1
kind: Role
metadata: {{name: deployer}}
rules:
- {{apiGroups: [apps], resources: [deployments], verbs: [get, patch]}}
""",
        bad=f"""
apiVersion: {GROUP}/v1
kind: ClusterRole
metadata: {{name: deployer}}
rules:
- {{apiGroups: [{GROUP}], resources: [clusterroles], verbs: [bind]}}
- {{apiGroups: [""], resources: [nodes/proxy], verbs: [get]}}
""",
    ),
    of_object=_judge,
)
