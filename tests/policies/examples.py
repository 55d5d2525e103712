"""Manifests of examples, as a rule sees them."""

from __future__ import annotations

import yaml

from scalewright.plan.policy import Objects, Rule, Subject, check


def judged(rule: Rule, text: str) -> list[str]:
    """Return what a rule says of manifests; raises for a rule that fails."""
    objects = Objects(Subject(one) for one in yaml.safe_load_all(text) if one)
    report = check(objects, [rule])
    assert not report.failures, report.failures
    return [f"{one.subject}: {one.message}" for one in report.findings]
