"""A report as lines for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from scalewright.plan.markdown import flat
from scalewright.plan.policy.writers.grouping import ailments, counts, judged, place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.plan.policy.report import Finding, Report
    from scalewright.plan.policy.writers.grouping import Ailment

_COLORS = {"mandatory": "red", "advisory": "yellow"}
LONGEST = 4000
"""Characters of a line beyond which the rest is left out."""


class Line(NamedTuple):
    """A line, and how it looks where there are colours."""

    text: str = ""
    color: str | None = None
    bold: bool = False


def lines(report: Report, title: str) -> Iterator[Line]:
    """Yield what failed, what is to be mended, what is put up with, and how many there are of each.

    Names and values are anybody's: none moves the cursor, or begins a line, which runners may take for a command.
    """
    return (one._replace(text=flat(one.text, LONGEST)) for one in _lines(report, title))


def _lines(report: Report, title: str) -> Iterator[Line]:
    for failure in report.failures:
        yield Line(f"rule {failure.rule} failed, so that nothing is known of what it guards: {failure.reason}", "red")
    if report.failures:
        yield Line("  It is a fault of the rule: tell whoever keeps its pack, or disable it in stacks/policies.yaml")
        yield Line()
    for ailment in ailments(report.findings):
        yield from _ailment(ailment)
        yield Line()
    for one in report.waived:
        yield Line(f"waived  {one.rule}  {_subject(one)}: {one.waived}", "cyan")
    if report.waived:
        yield Line()
    color = "red" if report.stops else "yellow" if report.findings else "green"
    yield Line(f"{title}: {counts(report)}", color, bold=True)
    yield Line(f"  {judged(report)}")


def _ailment(ailment: Ailment) -> Iterator[Line]:
    first = ailment.first
    color = _COLORS.get(first.level)
    yield Line(f"{first.level}  {first.severity}  {first.rule}: {first.title}", color, bold=True)
    yield Line(f"  {ailment.remedy}", "cyan")
    for one in ailment.findings:
        where = place(one)
        yield Line(f"    {_subject(one)}: {one.message}" + (f"  ({where})" if where else ""))


def _subject(one: Finding) -> str:
    where = f" in {one.namespace}" if one.namespace else ""
    return f"{one.subject}{where}" if one.subject else "all together"
