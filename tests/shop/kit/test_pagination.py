"""Opaque cursors."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.kit.pagination import MAX_ID, decode_cursor, encode_cursor


@given(st.integers(1, MAX_ID))
def test_a_cursor_is_read_as_it_is_made_and_fits_a_url(row_id: int) -> None:
    cursor = encode_cursor(row_id)
    assert decode_cursor(cursor) == row_id
    assert re.fullmatch(r"[\w-]{11}", cursor)


@given(st.text(max_size=15))
def test_what_was_not_made_by_us_is_refused(text: str) -> None:
    try:
        row_id = decode_cursor(text)
    except ValueError as error:
        assert str(error) == "must be the next_cursor of an earlier page"  # noqa: PT017 - most texts are refused
    else:
        assert encode_cursor(row_id) == text


@pytest.mark.parametrize("row_id", [0, MAX_ID + 1])
def test_an_id_that_no_row_has_is_refused(row_id: int) -> None:
    with pytest.raises(ValueError, match="next_cursor"):
        decode_cursor(encode_cursor(row_id))
