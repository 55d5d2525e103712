"""Policies over plans: what a rule is, what it judges and what it finds. The rules themselves are in packs."""

from scalewright.plan.policy.check import check
from scalewright.plan.policy.objects import Objects
from scalewright.plan.policy.pods import Container, Pod
from scalewright.plan.policy.report import Finding, Report
from scalewright.plan.policy.rule import Example, Rule, Severity, Standard, Violation
from scalewright.plan.policy.subject import Options, Source, Subject

__all__ = [
    "Container",
    "Example",
    "Finding",
    "Objects",
    "Options",
    "Pod",
    "Report",
    "Rule",
    "Severity",
    "Source",
    "Standard",
    "Subject",
    "Violation",
    "check",
]
