"""The API server refuses pods that are not restricted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright.plan.policy import Example, Rule, Violation
from scalewright.plan.policy.subject import mapping
from scalewright_policies.security._standards import cis, nsa, pod_security

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.plan.policy import Subject
    from scalewright.plan.policy.rule import Settings

LABEL, PROFILE = "pod-security.kubernetes.io/enforce", "restricted"


def _judge(subject: Subject, _settings: Settings) -> Iterator[Violation]:
    if (subject.group, subject.kind) == ("", "Namespace"):
        given = mapping(subject.metadata.get("labels")).get(LABEL)
        if given != PROFILE:
            said = "is not set" if given is None else f"is {given}"
            message = f"label {LABEL} {said}; it must be {PROFILE}"
            yield Violation(subject, message, f'metadata.labels["{LABEL}"]')


RULE = Rule(
    name="namespace-pod-security",
    group="security",
    title="Namespaces enforce Pod Security restricted",
    why=(
        "What is checked here is what is in the plan. Whatever else comes into the namespace, by hand, by an operator "
        "or by whoever got in, is checked by the API server alone, and by default that lets all in."
    ),
    severity="high",
    remedy=f"Set the label {LABEL}: {PROFILE} on the namespace",
    standards=(
        pod_security("restricted", "the whole profile"),
        cis("5.2.1"),
        nsa("Kubernetes Pod security: Pod security enforcement"),
    ),
    examples=Example(
        good="""
apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels: {pod-security.kubernetes.io/enforce: restricted}
""",
        bad="""
apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels: {pod-security.kubernetes.io/warn: restricted}
""",
    ),
    of_object=_judge,
)
