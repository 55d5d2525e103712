"""Every pod has somebody who makes it again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright.plan.policy import Example, Rule, Standard, Violation
from scalewright.plan.policy.subject import mapping

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.plan.policy import Subject
    from scalewright.plan.policy.rule import Settings

#: Pods that Helm makes, waits for and deletes: https://helm.sh/docs/topics/charts_hooks
HOOK = "helm.sh/hook"


def _judge(subject: Subject, _settings: Settings) -> Iterator[Violation]:
    metadata = subject.metadata
    managed = metadata.get("ownerReferences") or HOOK in mapping(metadata.get("annotations"))
    if (subject.group, subject.kind) == ("", "Pod") and not managed:
        yield Violation(subject, "it is a pod by itself; it must be one that a controller makes", "kind")


RULE = Rule(
    name="bare-pods",
    group="security",
    title="No pod is made by itself",
    why=(
        "A pod that nobody makes again ends with its node, and stays as it is when its image has a hole: a new version "
        "is rolled out to pods of controllers only."
    ),
    severity="medium",
    remedy="Make it a Deployment, a StatefulSet, a Job or a CronJob",
    standards=(
        Standard(
            "Kubernetes",
            "Pods: Pods and controllers",
            "https://kubernetes.io/docs/concepts/workloads/pods/#pods-and-controllers",
        ),
    ),
    examples=Example(
        good="""
apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
""",
        bad="""
apiVersion: v1
kind: Pod
metadata: {name: api}
""",
    ),
    of_object=_judge,
)
