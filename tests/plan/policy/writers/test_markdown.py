"""A report as Markdown."""

from __future__ import annotations

from tests.plan.policy.writers.reports import FULL, finding

from scalewright.plan.policy.report import Report
from scalewright.plan.policy.writers import markdown


def test_anybodys_text_is_no_mark_and_mentions_nobody() -> None:
    said = markdown.text(FULL, "prod")
    assert "&#60;b&#62; &#38; &#96;c&#96; &#124; &#42;d&#42;" in said
    assert "@everyone" not in said


def test_what_is_waived_is_behind_a_fold_with_its_reason() -> None:
    head, fold, rest = markdown.text(FULL, "prod").partition("<details><summary>1 waived</summary>")
    assert fold
    assert "Waived: half the size is enough." in rest
    assert "four" not in head


def test_many_objects_of_one_remedy_are_counted() -> None:
    said = markdown.text(Report(findings=tuple(finding(f"a{number}") for number in range(200))), "prod")
    assert said.count("instances are 1") == 50
    assert "  - and 150 more" in said
