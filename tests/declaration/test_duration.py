"""Durations behave as those of Go do."""

from __future__ import annotations

import copy
import pickle
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from scalewright.declaration import Duration, DurationError

VECTORS = [
    ("0", 0, "0s"),
    ("-0", 0, "0s"),
    ("0s", 0, "0s"),
    ("30s", 30 * 10**9, "30s"),
    ("+5s", 5 * 10**9, "5s"),
    ("-5s", -5 * 10**9, "-5s"),
    ("1m30s", 90 * 10**9, "1m30s"),
    ("90s", 90 * 10**9, "1m30s"),
    ("1.5h", 5400 * 10**9, "1h30m0s"),
    ("168h", 604800 * 10**9, "168h0m0s"),
    ("1h0m0.5s", 3600_500_000_000, "1h0m0.5s"),
    ("500ms", 500 * 10**6, "500ms"),
    ("0.5s", 500 * 10**6, "500ms"),
    (".5s", 500 * 10**6, "500ms"),
    ("1.s", 10**9, "1s"),
    ("1500ms", 1500 * 10**6, "1.5s"),
    ("10us", 10_000, "10\u00b5s"),
    ("10\u00b5s", 10_000, "10\u00b5s"),
    ("10\u03bcs", 10_000, "10\u00b5s"),
    ("1.5us", 1500, "1.5\u00b5s"),
    ("7ns", 7, "7ns"),
    ("1.9ns", 1, "1ns"),
    ("3s2m", 123 * 10**9, "2m3s"),
    ("1.000000001s", 1_000_000_001, "1.000000001s"),
    ("9223372036854775807ns", 2**63 - 1, "2562047h47m16.854775807s"),
]


@pytest.mark.parametrize(("text", "nanoseconds", "canonical"), VECTORS)
def test_text_is_read_to_the_nanosecond_and_printed_as_go_prints_it(
    text: str, nanoseconds: int, canonical: str
) -> None:
    duration = Duration(text)
    assert duration.nanoseconds == nanoseconds
    assert str(duration) == canonical


@pytest.mark.parametrize(
    "text", ["", "30", "s", ".", ".s", "1d", "1w", "1 s", " 1s", "1,5s", "1S", "--1s", "1e3s", "1s\n"]
)
def test_text_that_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(DurationError, match="is not a duration such as"):
        Duration(text)


def test_what_go_cannot_hold_is_refused() -> None:
    with pytest.raises(DurationError, match="about 292 years"):
        Duration("9223372036854775808ns")
    with pytest.raises(OverflowError, match="about 292 years"):
        _ = Duration("2000000h") * 2


def test_durations_are_compared_by_their_length() -> None:
    assert Duration("90s") == Duration("1m30s")
    assert len({Duration("60s"), Duration("1m")}) == 1
    assert Duration("1ms") < Duration("1s") <= Duration("1000ms") < Duration("1h")
    assert Duration("1s") != 1
    assert not Duration("0s")


def test_durations_add_up() -> None:
    assert str(Duration("45s") + Duration("30s")) == "1m15s"
    assert str(Duration("45s") - Duration("1m")) == "-15s"
    assert str(2 * Duration("30s")) == "1m0s"
    assert str(Duration("1s") * Fraction(1, 4)) == "250ms"
    assert Duration("1m") / Duration("15s") == 4
    assert Duration("1500ms").seconds == 1.5
    assert Duration.of_seconds(0.25) == Duration("250ms")


def test_arithmetic_with_other_things_is_refused() -> None:
    for wrong in (lambda: Duration("1s") + 1, lambda: Duration("1s") * 1.5, lambda: Duration("1s") / 2):
        with pytest.raises(TypeError):
            wrong()


def test_a_duration_cannot_be_changed() -> None:
    with pytest.raises(AttributeError, match="cannot be changed"):
        Duration("1s")._ns = 2
    with pytest.raises(AttributeError, match="cannot be changed"):
        del Duration("1s")._ns


def test_copies_and_pickles_are_equal() -> None:
    duration = Duration("1m30s")
    assert copy.deepcopy(duration) == pickle.loads(pickle.dumps(duration)) == duration  # noqa: S301
    assert eval(repr(duration)) == duration  # noqa: S307


def test_a_field_takes_and_gives_text() -> None:
    adapter = TypeAdapter(Duration)
    assert adapter.dump_python(adapter.validate_python("90s"), mode="json") == "1m30s"
    assert adapter.json_schema()["type"] == "string"


def test_a_number_without_a_unit_is_told_to_add_one() -> None:
    with pytest.raises(ValidationError, match="Add the unit, for example 30s"):
        TypeAdapter(Duration).validate_python(30)


@given(st.integers(-(2**63) + 1, 2**63 - 1))
def test_the_printed_form_reads_back_as_the_same_length(nanoseconds: int) -> None:
    duration = Duration(f"{nanoseconds}ns")
    assert duration.nanoseconds == nanoseconds
    assert Duration(str(duration)) == duration


@given(st.integers(0, 10**15), st.integers(0, 10**15))
def test_sums_and_order_are_those_of_the_nanoseconds(one: int, other: int) -> None:
    a, b = Duration(f"{one}ns"), Duration(f"{other}ns")
    assert (a + b).nanoseconds == one + other
    assert (a < b) == (one < other)
