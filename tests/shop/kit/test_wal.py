"""Positions in the write-ahead log."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.kit.wal import Position


@given(st.integers(0, 2**64 - 1))
def test_a_position_is_read_as_it_is_written(offset: int) -> None:
    assert Position.parse(str(Position(offset))) == Position(offset)


@pytest.mark.parametrize(("text", "offset"), [("0/0", 0), ("0/3000148", 0x3000148), ("16/b374d848", 0x16B374D848)])
def test_postgresqls_form_is_understood(text: str, offset: int) -> None:
    assert Position.parse(text).offset == offset


@pytest.mark.parametrize(
    "text", ["", "/", "0", "1/", "/1", "1/123456789", "x/0", "0/0\n", " 0/0", "0/0/0", "+1/0", "1_0/0"]
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="Consistency-Token"):
        Position.parse(text)


def test_positions_are_ordered_as_numbers_and_not_as_text() -> None:
    assert Position.parse("0/FFFFFFFF") < Position.parse("1/0")
    assert Position.parse("0/9") < Position.parse("0/10")
