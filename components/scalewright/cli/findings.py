"""What the rules find in an environment that is about to change: told beside the change, and a reason to refuse it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import click

from scalewright.cli.invocation import program
from scalewright.local.errors import PlatformError
from scalewright.plan.policy.news import News, news, renamed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.plan.changes import Comparison
    from scalewright.plan.policy.report import Report

#: Findings that are told in full; beyond that, `check` has them.
MOST = 10


class Judged(NamedTuple):
    """What is found after a change, and what of it was not found before."""

    report: Report
    news: News
    against_old: bool
    """Whether it is known what was found before; else all are new."""


def judged(report: Report) -> Judged:
    """Return what is found where nothing is known of the time before."""
    return Judged(report, News(new=report.findings), against_old=False)


def judged_against(report: Report, before: Report, comparison: Comparison) -> Judged:
    """Return what is found beside what was found before; `comparison` is of the same two states."""
    return Judged(report, news(before.findings, report, renamed(comparison)), against_old=True)


def lines(found: Judged, environment: str) -> Iterator[tuple[str, str | None]]:
    """Yield what is told on a terminal, each line with its colour; nothing where nothing is found."""
    for one in found.report.failures:
        yield f"Rule {one.rule} failed, so that nothing is known of what it guards: {one.reason}", "red"
    if found.news.new:
        yield f"{'New findings' if found.against_old else 'Findings'}:", None
    for finding in found.news.new[:MOST]:
        color = "red" if finding.level == "mandatory" else "yellow"
        yield f"  {finding.level} {finding.rule}: {finding.said}", color
        yield f"    {finding.remedy}", "cyan"
    rest = _rest(found)
    if rest:
        yield f"{rest}: `{program()} check {environment}` has all.", None


def _rest(found: Judged) -> str:
    more, standing, mended = len(found.news.new) - MOST, len(found.news.old), len(found.news.gone)
    parts = [f"{more} more"] if more > 0 else []
    if standing:
        parts.append(f"{standing} found before, too")
    if mended:
        parts.append(f"{mended} found no more")
    return ", ".join(parts)


def require_accepted(report: Report, environment: str) -> None:
    """Tell what is advisory in a line; raises PlatformError for what stops an environment, with the way round."""
    advisory = sum(1 for one in report.findings if one.level == "advisory")
    if report.stops:
        stopping = [one for one in report.findings if one.level == "mandatory"]
        troubles = [f"{one.rule}: {one.said}. {one.remedy}" for one in stopping]
        troubles += [f"rule {one.rule} failed, so that nothing is known: {one.reason}" for one in report.failures]
        count = f"{len(troubles)} {'finding stands' if len(troubles) == 1 else 'findings stand'}"
        raise PlatformError(
            *troubles,
            f"{count} against {environment}, and nothing was changed. Mend what is named, or put up with it for a "
            "while: stacks/waivers.yaml takes a rule, the object, why, and until when",
        )
    if advisory:
        told = f"{advisory} advisory {'finding' if advisory == 1 else 'findings'}"
        click.secho(f"{environment}: {told}, see `{program()} check {environment}`.", fg="yellow")
