"""A report that has all that a report can have, some of it hostile."""

from __future__ import annotations

from typing import Any

from scalewright.plan.policy.report import Failure, Finding, Report

HOSTILE = "a <b> & `c` | *d* @everyone \x1b[31m\x00"


def finding(name: str, **fields: Any) -> Finding:
    given: dict[str, Any] = {
        "rule": "postgres-instances",
        "group": "reliability",
        "title": "PostgreSQL has a primary and two replicas",
        "severity": "high",
        "level": "mandatory",
        "kind": "Cluster",
        "name": name,
        "namespace": "shop-prod",
        "path": "spec.instances",
        "message": "instances are 1; at least 3",
        "remedy": "Set postgres.instances to 3",
        **fields,
    }
    return Finding(**given)


FULL = Report(
    findings=(
        finding("one"),
        finding("two", file="manifests/a b.yaml", line=12),
        finding("three", level="advisory", severity="critical", rule="postgres-backups", message=HOSTILE),
        finding("", kind="", namespace="", path="", rule="another", remedy="Do it", message="all of it is too much"),
    ),
    waived=(finding("four", waived="half the size is enough"),),
    failures=(Failure(rule="broken", reason="KeyError: 'x'"),),
    rules=5,
    objects=9,
    unknown={"Rollout.argoproj.io": 2},
)
