"""Text within bounds, whatever is to go into it."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from scalewright.cli.blocks import Block, fitted

LINES = st.lists(st.text(st.characters(exclude_characters="\n\r", exclude_categories=["Cs"]), max_size=40), max_size=60)


def rest(count: int) -> str:
    return f"{count} parts are left out"


def block(importance: int, lines: list[str], number: int = 0, most: int | None = None) -> Block:
    return Block(importance, lines, lambda left: f"and {left} more", [f"<{number}>"], [f"</{number}>"], most)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.lists(st.tuples(st.integers(0, 3), LINES, st.none() | st.integers(1, 50)), max_size=8), st.integers(40, 4000))
def test_it_is_never_longer_and_closes_what_it_opens(parts: list[tuple[int, list[str], int | None]], room: int) -> None:
    blocks = [block(importance, lines, number, most) for number, (importance, lines, most) in enumerate(parts)]
    text = fitted(blocks, room, rest)
    assert len(text.encode()) <= max(room, len(rest(len(blocks))) + 2)
    for number, (_, lines, _) in enumerate(parts):
        told = text.partition(f"<{number}>\n")[2].partition(f"\n</{number}>\n")[0]
        opened, closed = (len(re.findall(rf"(?m)^<{mark}{number}>$", text)) for mark in ("", "/"))
        assert opened == closed
        if f"<{number}>\n</{number}>" not in text and opened and lines:
            kept = told.split("\n")
            left = re.fullmatch(r"and (\d+) more", kept[-1])
            assert kept == lines or (left and len(kept) - 1 + int(left[1]) == len(lines))


def test_what_matters_least_goes_first() -> None:
    blocks = [block(2, ["x" * 50], 0), block(1, ["y" * 50], 1)]
    text = fitted(blocks, 110, rest)
    assert "x" not in text
    assert "y" * 50 in text
    assert text.endswith("\n1 parts are left out\n")


def test_parts_that_matter_alike_share_the_room_and_the_larger_gets_what_is_left_of_the_smaller() -> None:
    few, many = ["a" * 9] * 5, ["b" * 9] * 500
    text = fitted([block(1, many, 0), block(1, few, 1)], 1000, rest)
    assert text.count("a" * 9) == 5
    assert text.count("b" * 9) > 80


def test_what_has_room_is_whole_but_for_lines_beyond_the_most() -> None:
    assert fitted([block(1, ["a", "b"])], 1000, rest) == "<0>\na\nb\n</0>\n"
    assert fitted([block(1, ["a", "b", "c"], most=2)], 1000, rest) == "<0>\na\nb\nand 1 more\n</0>\n"


def test_bytes_are_counted_and_not_characters() -> None:
    assert len(fitted([block(1, ["ß" * 100] * 100)], 1000, rest).encode()) <= 1000
