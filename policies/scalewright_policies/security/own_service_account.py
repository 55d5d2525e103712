"""Each workload has a name of its own before the API server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright.plan.policy import Example, Rule, Violation
from scalewright.plan.policy.pods import pod
from scalewright.plan.policy.subject import items, mapping
from scalewright_policies.security._standards import cis, nsa

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.plan.policy import Subject
    from scalewright.plan.policy.rule import Settings

BINDINGS = ("RoleBinding", "ClusterRoleBinding")
DEFAULT = "default"


def _judge(subject: Subject, _settings: Settings) -> Iterator[Violation]:
    if pods := pod(subject):
        given = pods.spec.get("serviceAccountName") or pods.spec.get("serviceAccount")
        if given in (None, DEFAULT):
            said = "is not set, which makes it default" if given is None else f"is {given}"
            message = f"serviceAccountName {said}; it must be one of its own"
            yield Violation(subject, message, f"{pods.path}.serviceAccountName")
    if subject.kind in BINDINGS:
        for index, one in enumerate(items(subject.manifest.get("subjects"))):
            whom = mapping(one)
            if (whom.get("kind"), whom.get("name")) == ("ServiceAccount", DEFAULT):
                message = "it gives rights to ServiceAccount default, which every pod has that names none"
                yield Violation(subject, message, f"subjects[{index}].name")


RULE = Rule(
    name="own-service-account",
    group="security",
    title="Every workload has a ServiceAccount of its own",
    why=(
        "What default may do, every pod in the namespace may do that names no account: nobody can take rights from one "
        "of them, or tell them apart in the audit log."
    ),
    severity="medium",
    remedy="Make a ServiceAccount for the workload and set serviceAccountName; bind roles to that",
    standards=(cis("5.1.5"), nsa("Kubernetes Pod security: Protecting Pod service account tokens")),
    examples=Example(
        good="""
apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec: {template: {spec: {serviceAccountName: api}}}
""",
        bad="""
apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec: {template: {spec: {containers: [{name: api}]}}}
""",
    ),
    of_object=_judge,
)
