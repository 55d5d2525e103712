"""A report as Markdown, for a comment or an artefact."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scalewright.plan.policy.writers.grouping import ailments, counts, judged, place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.plan.policy.report import Finding, Report

#: Objects of one remedy that are listed; beyond that they are counted.
MOST = 50


def text(report: Report, title: str) -> str:
    """Return a section: remedies, each with what it mends; what is put up with is behind a fold."""
    return "\n".join(_lines(report, title)) + "\n"


def _lines(report: Report, title: str) -> Iterator[str]:
    yield f"### {cell(title)}: {counts(report)}"
    yield from ("", f"{cell(judged(report))}.")
    for failure in report.failures:
        yield from ("", f"> [!CAUTION]\n> Rule `{failure.rule}` failed: {cell(failure.reason)}")
    for ailment in ailments(report.findings):
        first = ailment.first
        mark = "**mandatory**" if first.level == "mandatory" else first.level
        yield from ("", f"- {mark}, {first.severity}: `{first.rule}`: {cell(ailment.remedy)}.")
        yield from (f"  - {_said(one)}" for one in ailment.findings[:MOST])
        if len(ailment.findings) > MOST:
            yield f"  - and {len(ailment.findings) - MOST} more"
    if report.waived:
        yield from ("", f"<details><summary>{len(report.waived)} waived</summary>", "")
        yield from (f"- `{one.rule}`: {_said(one)} Waived: {cell(one.waived)}." for one in report.waived)
        yield from ("", "</details>")


def _said(one: Finding) -> str:
    where = place(one)
    subject = f"**{cell(one.kind)} `{one.name}`**: " if one.subject else ""
    return f"{subject}{cell(one.message)}" + (f" (`{where}`)." if where else ".")


def cell(said: str) -> str:
    """Return a text in one line, in which nothing is a mark and nobody is mentioned."""
    return re.sub(r"([\\|<>*_`\[\]#])", r"\\\1", " ".join(said.split())).replace("@", "@\u200b")
