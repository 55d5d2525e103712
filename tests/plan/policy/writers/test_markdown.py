"""A report as Markdown."""

from __future__ import annotations

import re

from tests.plan.policy.writers.reports import FULL, finding

from scalewright.plan.policy.report import Report
from scalewright.plan.policy.writers import markdown


def test_anybodys_text_is_no_mark_and_mentions_nobody() -> None:
    said = markdown.text(FULL, "prod")
    assert "&#60;b&#62; &#38; &#96;c&#96; &#124; &#42;d&#42;" in said
    assert "@everyone" not in said


def test_a_name_ends_neither_its_code_nor_its_line() -> None:
    said = markdown.text(Report(findings=(finding("a`</details>\n# @b", file="c`|\n-.yaml", kind="D`\n"),)), "e\n# f")
    assert [line[:4] for line in said.splitlines() if line] == ["### ", "0 ru", "- **", "  - "]
    assert not re.search(r"</details>|@b|`c`", said)


def test_what_is_waived_is_behind_a_fold_with_its_reason() -> None:
    head, fold, rest = markdown.text(FULL, "prod").partition("<details><summary>1 waived</summary>")
    assert fold
    assert "Waived: half the size is enough." in rest
    assert "four" not in head


def test_many_objects_of_one_remedy_are_counted() -> None:
    said = markdown.text(Report(findings=tuple(finding(f"a{number}") for number in range(200))), "prod")
    assert said.count("instances are 1") == 50
    assert "  - and 150 more" in said
