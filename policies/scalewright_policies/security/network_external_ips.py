"""No Service takes what is meant for addresses of others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright.plan.policy import Example, Rule, Standard, Violation
from scalewright.plan.policy.subject import items

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.plan.policy import Subject
    from scalewright.plan.policy.rule import Settings


def _judge(subject: Subject, _settings: Settings) -> Iterator[Violation]:
    if (subject.group, subject.kind) == ("", "Service") and (found := items(subject.spec.get("externalIPs"))):
        message = f"externalIPs are {', '.join(map(str, found))}; there must be none"
        yield Violation(subject, message, "spec.externalIPs")


RULE = Rule(
    name="network-external-ips",
    group="security",
    title="No Service has externalIPs",
    why="What goes from within the cluster to such an address goes to this Service instead, whoever owns it.",
    severity="high",
    remedy="Take spec.externalIPs out, and let the gateway have the address",
    standards=(Standard("CVE", "CVE-2020-8554", "https://github.com/kubernetes/kubernetes/issues/97076"),),
    examples=Example(
        good="""
apiVersion: v1
kind: Service
metadata: {name: api}
spec: {ports: [{port: 80}]}
""",
        bad="""
apiVersion: v1
kind: Service
metadata: {name: api}
spec: {ports: [{port: 80}], externalIPs: [203.0.113.7]}
""",
    ),
    of_object=_judge,
)
