"""What is put up with for a while, and what becomes of a waiver that nobody needs any more."""

from __future__ import annotations

from datetime import date

from scalewright.plan.policy.report import Finding, Report
from scalewright.plan.policy.rule import Example, Rule
from scalewright.plan.policy.waivers import Waiver, waive

TODAY = date(2027, 3, 31)
RULE = Rule(
    name="a-rule",
    group="scaling",
    title="It holds",
    why="It must.",
    severity="low",
    remedy="Make it so",
    examples=Example("", ""),
    of_object=lambda _subject, _settings: (),
)
WAIVER = Waiver("a-rule", "Cluster postgres", ("prod",), "it is being mended", TODAY, "stacks/waivers.yaml", 7)


def finding(name: str, rule: str = "a-rule") -> Finding:
    return Finding(
        rule=rule,
        group="scaling",
        title="It holds",
        severity="low",
        level="mandatory",
        kind="Cluster",
        name=name,
        message="it does not",
        remedy="Make it so",
    )


def waived(*waivers: Waiver, environment: str = "prod", today: date = TODAY) -> Report:
    report = Report(findings=(finding("postgres"), finding("postgres", "another"), finding("other")))
    return waive(report, waivers, {"a-rule": RULE}, environment, today)


def told(report: Report) -> list[tuple[str, str]]:
    return [(one.rule, one.subject) for one in report.findings]


def test_a_waiver_sets_aside_one_rule_of_one_object_and_keeps_why() -> None:
    report = waived(WAIVER)
    assert told(report) == [("another", "Cluster postgres"), ("a-rule", "Cluster other")]
    assert [(one.name, one.waived) for one in report.waived] == [("postgres", "it is being mended")]


def test_it_holds_on_its_last_day_and_is_a_finding_on_the_next_beside_what_it_waived() -> None:
    report = waived(WAIVER, today=date(2027, 4, 1))
    assert told(report)[:2] == [("waiver-expired", "Cluster postgres"), ("a-rule", "Cluster postgres")]
    expired = report.findings[0]
    assert "expired on 2027-03-31: it is being mended" in expired.message
    assert (expired.level, expired.file, expired.line) == ("mandatory", "stacks/waivers.yaml", 7)
    assert report.stops


def test_in_an_environment_that_it_does_not_name_it_neither_waives_nor_is_unused() -> None:
    report = waived(WAIVER, environment="staging")
    assert told(report) == told(waived())
    assert report.waived == ()


def test_one_that_nothing_needs_is_a_finding() -> None:
    report = waived(WAIVER, WAIVER._replace(object="Cluster gone", line=9))
    [unused] = [one for one in report.findings if one.rule == "waiver-unused"]
    assert "waives nothing in prod" in unused.message
    assert (unused.subject, unused.level, unused.line) == ("Cluster gone", "mandatory", 9)


def test_of_two_for_the_same_the_second_is_unused() -> None:
    assert [one for one, _ in told(waived(WAIVER, WAIVER))] == ["waiver-unused", "another", "a-rule"]
