"""Changes as Markdown that nothing in them can break."""

from __future__ import annotations

from typing import Any

from scalewright.cli.comparison import Answer
from scalewright.cli.findings import judged
from scalewright.cli.markdown import LISTED, MOST, ROWS
from scalewright.cli.pull_request import page
from scalewright.plan.changes import Side, compare
from scalewright.plan.policy import Report


def config(name: str, **data: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": "shop"}, "data": data}


def told(before: list[dict[str, Any]], after: list[dict[str, Any]], *notes: str) -> str:
    return page(Answer("dev", "main", compare(Side(before), Side(after)), judged(Report()), notes))


def test_where_nothing_changes_there_is_no_table_and_no_fold() -> None:
    text = told([config("a")], [config("a")])
    assert text == "### `dev` against `main`\n\n0 added, 0 changed, 0 replaced, 0 removed, 1 unchanged.\n"


def test_a_fence_in_a_value_does_not_end_the_fold() -> None:
    text = told([config("a", page="x")], [config("a", page="```sh")])
    assert "\n````diff\n" in text
    assert "\n````\n\n</details>\n" in text


def test_marks_in_a_note_are_shown_and_not_meant() -> None:
    text = told([], [config("a")], "a | b <c> *d, @acme")
    assert "\n- Note: a &#124; b &#60;c&#62; &#42;d, @&#8203;acme.\n" in text


def test_a_page_is_never_longer_than_a_comment_may_be() -> None:
    many = [config(f"c-{number}", key="ü" * 500) for number in range(1000)]
    text = told(many, [config(one["metadata"]["name"], key="ö" * 500) for one in many])
    assert 50_000 < len(text.encode()) <= MOST
    assert f"| and {1000 - ROWS} more: see `scalewright preview dev` |||" in text
    assert "more lines: see `scalewright preview dev`\n" in text
    assert text.endswith("</details>\n")


def test_it_warns_of_some_and_counts_the_rest() -> None:
    many = [{**config(f"c-{number}"), "immutable": True} for number in range(LISTED + 5)]
    text = told([{**one, "immutable": False} for one in many], many)
    assert text.count("> - **ConfigMap") == LISTED
    assert "\n> - and 5 more: see `" in text
