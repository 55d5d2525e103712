"""Figures and what they are held against."""

import json

import pytest
from bench import table
from bench.figure import Figure, Limit


@pytest.mark.parametrize(
    ("limit", "within", "beyond"), [(Limit(5), 5.0, 5.01), (Limit(0.7, least=True), 0.7, 0.69)], ids=["most", "least"]
)
def test_a_limit_is_kept_up_to_its_bound(limit: Limit, within: float, beyond: float) -> None:
    assert Figure("figure", (within,), limit=limit).kept
    assert not Figure("figure", (beyond,), limit=limit).kept


def test_the_median_of_the_rounds_decides() -> None:
    assert Figure("up", (1.0, 2.0, 60.0), limit=Limit(5)).kept
    assert not Figure("up", (1.0, 6.0, 6.0), limit=Limit(5)).kept


def test_a_figure_without_a_limit_is_kept() -> None:
    assert Figure("peer", (0.0,), "/s").kept


def test_a_figure_says_its_median_and_the_range_of_several_rounds() -> None:
    assert Figure("up", (2.5,)).measured == "2.50 s"
    assert Figure("up", (2.0, 3.0, 10.0)).measured == "3.00 s (2.00 s to 10.00 s)"
    assert Figure("reads", (12345.6,), "/s").measured == "12,346 /s"


def test_a_figure_says_what_it_is_held_against() -> None:
    peer = Figure("bare ASGI", (4000.0,), "/s")
    assert Figure("reads", (1000.0,), "/s", peer=peer).against == "0.25 x bare ASGI (4,000 /s)"
    assert Figure("ratio", (1.0,), "x", Limit(0.7, least=True)).against == "at least 0.70 x"
    assert Figure("up", (1.0,), limit=Limit(5)).against == "at most 5.00 s"
    assert peer.against == ""


def test_a_peer_that_answered_nothing_is_beside_and_no_divisor() -> None:
    stuck = Figure("textbook", (0.0,), "/s")
    assert Figure("reads", (1000.0,), "/s", peer=stuck).against == "beside textbook (0 /s)"


def test_markdown_has_a_row_a_figure_and_what_is_not_kept_is_bold() -> None:
    figures = [Figure("up", (1.0,), limit=Limit(5)), Figure("down", (9.0,), limit=Limit(5), detail="slow")]
    assert table.markdown(figures).splitlines() == [
        "| figure | measured | limit or peer | detail |",
        "|---|---|---|---|",
        "| up | 1.00 s | at most 5.00 s |  |",
        "| down | **9.00 s** | at most 5.00 s | slow |",
    ]


def test_json_keeps_every_round_and_whether_the_limit_was_kept() -> None:
    (kept,) = json.loads(table.as_json([Figure("down", (1.0, 9.0, 9.0), limit=Limit(5))]))
    assert kept["values"] == [1.0, 9.0, 9.0]
    assert kept["limit"] == {"bound": 5, "least": False}
    assert kept["kept"] is False
