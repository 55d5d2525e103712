"""A report on a terminal."""

from __future__ import annotations

from tests.plan.policy.writers.reports import FULL, finding

from scalewright.plan.policy.report import Failure, Report
from scalewright.plan.policy.writers import terminal


def told(report: Report) -> list[str]:
    return [line.text for line in terminal.lines(report, "prod")]


def test_the_remedy_comes_first_and_then_all_that_it_mends() -> None:
    lines = told(Report(findings=(finding("one"), finding("two", file="a.yaml", line=3))))
    assert lines[:4] == [
        "mandatory  high  postgres-instances: PostgreSQL has a primary and two replicas",
        "  Set postgres.instances to 3",
        "    Cluster one in shop-prod: instances are 1; at least 3  (spec.instances)",
        "    Cluster two in shop-prod: instances are 1; at least 3  (a.yaml:3)",
    ]


def test_what_stops_comes_before_what_is_graver_and_does_not() -> None:
    lines = told(FULL)
    order = [line.split()[2].rstrip(":") for line in lines if line.startswith(("mandatory", "advisory"))]
    assert order == ["another", "postgres-instances", "postgres-backups"]


def test_a_rule_that_failed_is_named_first_and_what_no_rule_knows_is_counted_last() -> None:
    lines = told(FULL)
    assert lines[0] == "rule broken failed, so that nothing is known of what it guards: KeyError: 'x'"
    assert lines[-2] == "prod: 3 mandatory, 1 advisory, 1 waived, 1 rules failed"
    assert lines[-1] == "  5 rules judged 9 objects; of these no rule knows the kind: 2 Rollout.argoproj.io"
    assert "waived  postgres-instances  Cluster four in shop-prod: half the size is enough" in lines


def test_no_name_begins_a_line_or_moves_the_cursor() -> None:
    hostile = finding("a\n::error::b\x1b[2J\u202e", namespace="c\r", file="d\n", message="e\u2028f", remedy="g\nh")
    lines = told(Report(findings=(hostile,), waived=(hostile,), failures=(Failure(rule="i", reason="j\nk"),)))
    assert not [one for line in lines for one in line if not one.isprintable()]


def test_nothing_found_is_two_lines() -> None:
    assert told(Report(rules=3, objects=7)) == ["prod: 0 mandatory, 0 advisory, 0 waived", "  3 rules judged 7 objects"]
