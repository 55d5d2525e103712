"""A report as SARIF 2.1.0, which code hosts show beside the lines of a change.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html, and what GitHub asks beyond that:
https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from scalewright.plan.policy.report import Finding, Report
    from scalewright.plan.policy.rule import Rule

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {"mandatory": "error", "advisory": "warning", "disabled": "none"}
#: What GitHub takes for critical, high, medium and low.
_SCORES = {"critical": "9.5", "high": "8.0", "medium": "5.5", "low": "2.0"}
#: Its words for what concerns no security.
_GRAVITIES = {"critical": "error", "high": "error", "medium": "warning", "low": "recommendation"}


def text(report: Report, rules: Iterable[Rule], version: str, file: str) -> str:
    """Return a log of one run. What is found in no file is shown in `file`, which declares it."""
    described = {rule.name: _rule(rule) for rule in rules}
    for one in (*report.findings, *report.waived):
        described.setdefault(one.rule, {"id": one.rule, "shortDescription": {"text": one.title}})
    indices = {name: index for index, name in enumerate(described)}
    driver = {"name": "scalewright", "semanticVersion": version, "rules": list(described.values())}
    invocation: dict[str, Any] = {"executionSuccessful": not report.failures}
    if report.failures:
        invocation["toolExecutionNotifications"] = [
            {"level": "error", "message": {"text": f"rule {one.rule} failed: {one.reason}"}} for one in report.failures
        ]
    results = [_result(one, indices, file) for one in (*report.findings, *report.waived)]
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "invocations": [invocation],
        "results": results,
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False) + "\n"


def _rule(rule: Rule) -> dict[str, Any]:
    described: dict[str, Any] = {
        "id": rule.name,
        "shortDescription": {"text": f"{rule.title}."},
        "fullDescription": {"text": rule.why},
        "help": {"text": f"{rule.remedy}."},
        "properties": {
            "tags": list(dict.fromkeys((rule.group, *(one.name for one in rule.standards)))),
            "problem.severity": _GRAVITIES[rule.severity],
        },
    }
    if rule.group == "security":
        described["properties"]["security-severity"] = _SCORES[rule.severity]
    if rule.standards:
        described["helpUri"] = rule.standards[0].url
    return described


def _uri(file: str) -> str:
    """Return the address of a file: relative to the repository, unless it is somewhere else."""
    return f"file://{quote(file)}" if file.startswith("/") else quote(file)


def _result(one: Finding, indices: Mapping[str, int], file: str) -> dict[str, Any]:
    location: dict[str, Any] = {
        "physicalLocation": {
            "artifactLocation": {"uri": _uri(one.file or file)},
            "region": {"startLine": (one.line or 1) if one.file else 1},
        }
    }
    if one.subject:
        named = ".".join(filter(None, (one.namespace, one.kind, one.name)))
        location["logicalLocations"] = [{"name": one.name, "fullyQualifiedName": named, "kind": "resource"}]
    result: dict[str, Any] = {
        "ruleId": one.rule,
        "ruleIndex": indices[one.rule],
        "level": _LEVELS[one.level],
        "message": {"text": f"{one.said}. {one.remedy}."},
        "locations": [location],
        "partialFingerprints": {"scalewright/v1": hashlib.sha256("\0".join(one.key).encode()).hexdigest()},
    }
    if one.waived:
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": one.waived}]
    return result
