"""Findings in the order in which they are mended: what stops first, then the gravest, with one remedy for many."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scalewright.plan.policy.report import Finding, Report

_LEVELS = ("mandatory", "advisory", "disabled")
_SEVERITIES = ("critical", "high", "medium", "low")


class Ailment(NamedTuple):
    """The findings of one rule that one remedy mends."""

    remedy: str
    findings: tuple[Finding, ...]

    @property
    def first(self) -> Finding:
        """One of them, which tells of rule, level and severity."""
        return self.findings[0]


def ailments(findings: Iterable[Finding]) -> Iterator[Ailment]:
    """Yield findings by their rule and remedy."""

    def key(one: Finding) -> tuple[int, int, str, str]:
        return _LEVELS.index(one.level), _SEVERITIES.index(one.severity), one.rule, one.remedy

    for (*_, remedy), found in groupby(sorted(findings, key=key), key):
        yield Ailment(remedy, tuple(found))


def place(finding: Finding) -> str:
    """Return where a finding is: its file and line, else the property."""
    return finding.place or finding.path


def counts(report: Report) -> str:
    """Return in a line how many there are of each."""
    mandatory = sum(1 for one in report.findings if one.level == "mandatory")
    parts = [f"{mandatory} mandatory", f"{len(report.findings) - mandatory} advisory", f"{len(report.waived)} waived"]
    if report.failures:
        parts.append(f"{len(report.failures)} rules failed")
    return ", ".join(parts)


def judged(report: Report) -> str:
    """Return in a line what judged what, and what no rule knows."""
    found = f"{report.rules} rules judged {report.objects} objects"
    if report.unknown:
        listed = ", ".join(f"{count} {kind}" for kind, count in report.unknown.items())
        found += f"; of these no rule knows the kind: {listed}"
    return found
