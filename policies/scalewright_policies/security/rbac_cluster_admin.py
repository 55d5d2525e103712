"""Nobody is bound to what may do everything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright.plan.policy import Example, Rule, Violation
from scalewright.plan.policy.subject import items, mapping
from scalewright_policies.security._roles import GROUP
from scalewright_policies.security._standards import cis, nsa

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.plan.policy import Subject
    from scalewright.plan.policy.rule import Settings

ADMIN = "cluster-admin"
GROUPS = {
    "system:masters": "who are under no role and no webhook at all",
    "system:anonymous": "who is everybody",
    "system:unauthenticated": "who are everybody",
    "system:authenticated": "who are all accounts that there are",
    "system:serviceaccounts": "who are all pods that there are",
}


def _judge(subject: Subject, _settings: Settings) -> Iterator[Violation]:
    if subject.group != GROUP or subject.kind not in ("RoleBinding", "ClusterRoleBinding"):
        return
    role = mapping(subject.manifest.get("roleRef"))
    if (role.get("kind"), role.get("name")) == ("ClusterRole", ADMIN):
        yield Violation(subject, f"it binds {ADMIN}, which may do everything; bind what is needed", "roleRef.name")
    for index, one in enumerate(items(subject.manifest.get("subjects"))):
        name = str(mapping(one).get("name"))
        if whom := GROUPS.get(name):
            yield Violation(
                subject, f"it binds a role to {name}, {whom}; bind whom you know", f"subjects[{index}].name"
            )


RULE = Rule(
    name="rbac-cluster-admin",
    group="security",
    title="Nobody is bound to cluster-admin, and nothing to everybody",
    why=(
        "Whoever gets hold of such an account has every Secret and every node, and what is bound to everybody needs no "
        "account."
    ),
    severity="critical",
    remedy="Bind a role that names what is needed, in the namespace where it is, to the account that needs it",
    standards=(
        cis("5.1.1, 5.1.7"),
        nsa("Authentication and authorization: Role-based access control"),
    ),
    examples=Example(
        good="""
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: reader, namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
subjects:
- {kind: ServiceAccount, name: reader}
""",
        bad="""
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: ci}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
subjects:
- {kind: ServiceAccount, name: ci, namespace: shop}
""",
    ),
    of_object=_judge,
)
