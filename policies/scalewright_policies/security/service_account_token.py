"""Pods that ask nothing of the API server have nothing to ask it with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright.plan.policy import Example, Rule, Violation
from scalewright.plan.policy.subject import items, mapping, written
from scalewright_policies.security._standards import cis, nsa

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.plan.policy import Objects
    from scalewright.plan.policy.rule import Settings

FIELD = "automountServiceAccountToken"
Account = tuple[str, str]  # namespace and name


def _entitled(objects: Objects) -> Iterator[Account]:
    """Yield the accounts to which some role is bound: they have something to ask."""
    for kind in ("RoleBinding", "ClusterRoleBinding"):
        for binding in objects.of(kind):
            for one in map(mapping, items(binding.manifest.get("subjects"))):
                if one.get("kind") == "ServiceAccount":
                    yield str(one.get("namespace") or binding.namespace), str(one.get("name"))


def _judge(objects: Objects, _settings: Settings) -> Iterator[Violation]:
    entitled = set(_entitled(objects))
    said = {(one.namespace, one.name): one.manifest.get(FIELD) for one in objects.of("ServiceAccount")}
    for pod in objects.pods:
        name = str(pod.spec.get("serviceAccountName") or pod.spec.get("serviceAccount") or "default")
        account = pod.owner.namespace, name
        of_pod = pod.spec.get(FIELD)
        given = said.get(account) if of_pod is None else of_pod
        if given is not False and account not in entitled:
            where = "is not set" if given is None else f"is {written(given)}"
            message = f"{FIELD} {where}, and no role is bound to ServiceAccount {name}; it must be false"
            yield Violation(pod.owner, message, f"{pod.path}.{FIELD}")


RULE = Rule(
    name="service-account-token",
    group="security",
    title="No pod has a token for the API server that it has no use for",
    why=(
        "By default every pod has one. Whoever gets into the application reads it, and asks the API server in its name "
        "for whatever is bound to it some day."
    ),
    severity="medium",
    remedy="Set automountServiceAccountToken: false on the pod, or bind a role to its ServiceAccount in the same plan",
    standards=(cis("5.1.6"), nsa("Kubernetes Pod security: Protecting Pod service account tokens")),
    examples=Example(
        good="""
apiVersion: apps/v1
kind: Deployment
metadata: {name: api, namespace: shop}
spec: {template: {spec: {serviceAccountName: api, automountServiceAccountToken: false}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: operator, namespace: shop}
spec: {template: {spec: {serviceAccountName: operator}}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: operator, namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: operator}
subjects:
- {kind: ServiceAccount, name: operator}
""",
        bad="""
apiVersion: apps/v1
kind: Deployment
metadata: {name: api, namespace: shop}
spec: {template: {spec: {serviceAccountName: api}}}
""",
    ),
    of_plan=_judge,
)
