"""Nothing lives where everything lands by mistake."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright.plan.policy import Example, Rule, Violation
from scalewright_policies.security._standards import cis, nsa

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.plan.policy import Subject
    from scalewright.plan.policy.rule import Settings

#: Kinds of Kubernetes itself that are in a namespace. Of others we cannot tell.
NAMESPACED = frozenset(
    {
        *(("", one) for one in ("ConfigMap", "LimitRange", "PersistentVolumeClaim", "Pod", "ReplicationController")),
        *(("", one) for one in ("ResourceQuota", "Secret", "Service", "ServiceAccount")),
        *(("apps", one) for one in ("DaemonSet", "Deployment", "ReplicaSet", "StatefulSet")),
        *(("batch", one) for one in ("CronJob", "Job")),
        *(("networking.k8s.io", one) for one in ("Ingress", "NetworkPolicy")),
        *(("rbac.authorization.k8s.io", one) for one in ("Role", "RoleBinding")),
        ("autoscaling", "HorizontalPodAutoscaler"),
        ("policy", "PodDisruptionBudget"),
    }
)
PATH = "metadata.namespace"


def _judge(subject: Subject, settings: Settings) -> Iterator[Violation]:
    if subject.namespace == "default":
        yield Violation(subject, "it is in namespace default; it must be in one of its own", PATH)
    elif not subject.namespace and settings["named"] and (subject.group, subject.kind) in NAMESPACED:
        yield Violation(
            subject, "no namespace is set, and then it is default unless whoever applies it says more", PATH
        )


RULE = Rule(
    name="default-namespace",
    group="security",
    title="Nothing is in namespace default",
    why=(
        "Roles, network policies and quotas hold for a namespace. Everybody who forgets to name one is in default, "
        "where none of them can be for one backend."
    ),
    severity="medium",
    remedy=(
        "Set metadata.namespace. Where whoever applies it does, as `helm template --namespace`, set the rule's setting "
        "named: false"
    ),
    standards=(cis("5.6.1, 5.6.4"), nsa("Network separation and hardening: Namespaces")),
    examples=Example(
        good="""
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: shop}
""",
        bad="""
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: default}
""",
    ),
    settings={"named": True},
    of_object=_judge,
)
