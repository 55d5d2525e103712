"""A report as Markdown, for a comment or an artefact."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright.plan.markdown import code, plain
from scalewright.plan.policy.writers.grouping import ailments, counts, judged, place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.plan.policy.report import Finding, Report

#: Objects of one remedy that are listed; beyond that they are counted.
MOST = 50
#: Characters of a sentence, beyond which it is cut.
LONGEST = 1000


def text(report: Report, title: str) -> str:
    """Return a section: remedies, each with what it mends; what is put up with is behind a fold."""
    return "\n".join(_lines(report, title)) + "\n"


def _lines(report: Report, title: str) -> Iterator[str]:
    yield f"### {plain(title)}: {counts(report)}"
    yield from ("", f"{plain(judged(report), LONGEST)}.")
    for failure in report.failures:
        yield from ("", f"> [!CAUTION]\n> Rule {code(failure.rule)} failed: {plain(failure.reason)}")
    for ailment in ailments(report.findings):
        first = ailment.first
        mark = "**mandatory**" if first.level == "mandatory" else first.level
        yield from ("", f"- {mark}, {first.severity}: {code(first.rule)}: {plain(ailment.remedy, LONGEST)}.")
        yield from (f"  - {_said(one)}" for one in ailment.findings[:MOST])
        if len(ailment.findings) > MOST:
            yield f"  - and {len(ailment.findings) - MOST} more"
    if report.waived:
        yield from ("", f"<details><summary>{len(report.waived)} waived</summary>", "")
        yield from (f"- {code(one.rule)}: {_said(one)} Waived: {plain(one.waived, LONGEST)}." for one in report.waived)
        yield from ("", "</details>")


def _said(one: Finding) -> str:
    where = place(one)
    subject = f"**{plain(one.kind)} {code(one.name)}**: " if one.subject else ""
    return f"{subject}{plain(one.message, LONGEST)}" + (f" ({code(where)})." if where else ".")
