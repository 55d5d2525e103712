"""Quantities behave as those of Kubernetes do."""

from __future__ import annotations

import copy
import pickle
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from scalewright.declaration import Quantity, QuantityError

MOST = 2**63 - 1

# Amounts and canonical forms, worked out from the reference of the Kubernetes API and its implementation.
VECTORS = [
    ("0", "0", "0"),
    ("-0", "0", "0"),
    ("0Gi", "0", "0"),
    ("1", "1", "1"),
    ("+1", "1", "1"),
    ("-1", "-1", "-1"),
    ("100m", "1/10", "100m"),
    ("0.1", "1/10", "100m"),
    ("1.5", "3/2", "1500m"),
    ("-1.5", "-3/2", "-1500m"),
    ("1500m", "3/2", "1500m"),
    ("1000m", "1", "1"),
    ("1000", "1000", "1k"),
    ("1024", "1024", "1024"),
    ("100k", "100000", "100k"),
    ("0.0005k", "1/2", "500m"),
    (".5", "1/2", "500m"),
    ("5.", "5", "5"),
    ("1.G", "1000000000", "1G"),
    ("007", "7", "7"),
    ("12M", "12000000", "12M"),
    ("7.123456M", "7123456", "7123456"),
    ("1G", "1000000000", "1G"),
    ("2.5P", "2500000000000000", "2500T"),
    ("12E", "12000000000000000000", "12E"),
    ("1000E", "1000000000000000000000", "1e21"),
    ("18446744073709551616", "18446744073709551616", "18446744073709551616"),
    ("1Ki", "1024", "1Ki"),
    ("1023Ki", "1047552", "1023Ki"),
    ("1024Ki", "1048576", "1Mi"),
    ("1536Mi", "1610612736", "1536Mi"),
    ("1.5Gi", "1610612736", "1536Mi"),
    ("0.5Ki", "512", "512"),
    ("0.5Gi", "536870912", "512Mi"),
    ("1.1Ki", "5632/5", "1126400m"),
    ("0.0001Ki", "64/625", "102400u"),
    ("8Ei", str(MOST), str(MOST)),
    ("-8Ei", str(-MOST), str(-MOST)),
    ("7Ei", str(7 * 2**60), "7Ei"),
    ("9223372036854775807Ki", str(MOST), str(MOST)),
    ("1e3", "1000", "1e3"),
    ("1E3", "1000", "1e3"),
    ("1.3E+6", "1300000", "1300e3"),
    ("1e14", "100000000000000", "100e12"),
    ("1e-3", "1/1000", "1e-3"),
    ("0.5e-1", "1/20", "50e-3"),
    ("5e0", "5", "5"),
    ("1E", "1000000000000000000", "1E"),
    ("3n", "3/1000000000", "3n"),
    ("3.001n", "4/1000000000", "4n"),
    ("-3.001n", "-4/1000000000", "-4n"),
    ("0.00000012345", "124/1000000000", "124n"),
    ("1e-99", "1/1000000000", "1e-9"),
    ("0.000000000001Ki", "2/1000000000", "2n"),
]


@pytest.mark.parametrize(("text", "amount", "canonical"), VECTORS)
def test_text_is_read_exactly_and_printed_in_canonical_form(text: str, amount: str, canonical: str) -> None:
    quantity = Quantity(text)
    assert quantity.amount == Fraction(amount)
    assert str(quantity) == canonical


@pytest.mark.parametrize(
    "text",
    ["", " ", ".", "-", "+", "-.", "1 ", " 1", "1 Gi", "1i", "1K", "1ki", "1mi", "1GI", "1GB", "1Mb", "1.1.1", "--1",
     "+-1", "1e", "1e1.5", "1e3Ki", "1,5", "1_000", "0x10", "NaN", "inf", "1e999999999", "9" * 65, "\u0661", "1\n"],
)  # fmt: skip
def test_text_that_is_no_quantity_is_refused(text: str) -> None:
    with pytest.raises(QuantityError, match="is not a quantity such as"):
        Quantity(text)


@pytest.mark.parametrize("value", [True, 1.5, None, b"1", [1]])
def test_only_text_and_whole_numbers_make_a_quantity(value: object) -> None:
    with pytest.raises(TypeError, match="made from text or a whole number"):
        Quantity(value)  # type: ignore[arg-type]


def test_equality_and_hash_go_by_amount_and_not_by_the_way_it_was_written() -> None:
    same = [Quantity("1Ki"), Quantity("1024"), Quantity("1.024k"), Quantity("1024000m"), Quantity(1024)]
    assert len(set(same)) == 1
    assert Quantity("1") != 1
    assert Quantity("1G") != Quantity("1Gi")


def test_quantities_are_ordered_by_amount() -> None:
    ordered = ["-1", "0", "1n", "50m", "100m", "1", "999", "1k", "1Ki", "1M", "1Mi", "1G", "1Gi", "100Gi", "10000T"]
    assert sorted(map(Quantity, reversed(ordered))) == [Quantity(text) for text in ordered]
    assert Quantity("1k") < Quantity("1Ki") <= Quantity("1024")
    with pytest.raises(TypeError):
        _ = Quantity("1") < 2  # type: ignore[operator]


def test_arithmetic_is_exact_and_keeps_the_suffix_of_its_left_side() -> None:
    assert str(Quantity("1Gi") + Quantity("512Mi")) == "1536Mi"
    assert str(Quantity("1Gi") - Quantity("1Gi")) == "0"
    assert str(Quantity("0.1") + Quantity("0.2")) == "300m"
    assert str(Quantity("250m") * 4) == "1"
    assert str(3 * Quantity("1Gi")) == "3Gi"
    assert str(Quantity("1Gi") * Fraction(1, 4)) == "256Mi"
    assert str(Quantity("1") * Fraction(1, 3)) == "333333334n"
    assert Quantity("1Gi") / Quantity("256Mi") == 4
    assert Quantity("1") / Quantity("3") == Fraction(1, 3)
    with pytest.raises(ZeroDivisionError):
        _ = Quantity("1") / Quantity("0")


@pytest.mark.parametrize("text", ["100m", "1Gi", "3e6"])
def test_adding_to_nothing_keeps_the_suffix_of_what_is_added(text: str) -> None:
    assert str(Quantity("0") + Quantity(text)) == text
    assert str(Quantity(text) + Quantity("0")) == text
    assert str(Quantity("0") - Quantity(text)) == f"-{text}"


def test_arithmetic_with_other_things_is_refused() -> None:
    for wrong in (lambda: Quantity("1") + 1, lambda: Quantity("1") * 1.5, lambda: Quantity("1") / 2):
        with pytest.raises(TypeError):
            wrong()


def test_whole_numbers_are_rounded_away_from_zero() -> None:
    assert int(Quantity("1.1")) == 2
    assert int(Quantity("-1.1")) == -2
    assert int(Quantity("1n")) == 1
    assert Quantity("1.5Ki").bytes == 1536
    assert float(Quantity("250m")) == 0.25


def test_a_quantity_cannot_be_changed() -> None:
    with pytest.raises(AttributeError, match="cannot be changed"):
        Quantity("1")._nano = 2
    with pytest.raises(AttributeError, match="cannot be changed"):
        del Quantity("1")._nano


def test_copies_and_pickles_are_equal_and_print_alike() -> None:
    for text in ("1Gi", "500m", "1e3", "1000E"):
        quantity = Quantity(text)
        for twin in (copy.copy(quantity), copy.deepcopy(quantity), pickle.loads(pickle.dumps(quantity))):  # noqa: S301
            assert (twin, str(twin)) == (quantity, str(quantity))
    assert eval(repr(Quantity("1.5Gi"))) == Quantity("1.5Gi")  # noqa: S307


@pytest.mark.parametrize(("value", "expected"), [("1Gi", "1Gi"), (3, "3"), (0.1, "100m"), (1e20, "100e18"), (1.0, "1")])
def test_a_field_takes_text_and_numbers_by_their_decimal_text(value: object, expected: str) -> None:
    adapter = TypeAdapter(Quantity)
    assert str(adapter.validate_python(value)) == expected
    assert adapter.dump_python(adapter.validate_python(value), mode="json") == expected


@pytest.mark.parametrize("value", [True, None, float("inf"), float("nan"), [], "1 Gi"])
def test_a_field_refuses_everything_else(value: object) -> None:
    with pytest.raises(ValidationError, match="it must be an amount such as"):
        TypeAdapter(Quantity).validate_python(value)


def test_the_json_schema_takes_text_of_that_form_or_a_number() -> None:
    schema = TypeAdapter(Quantity).json_schema()
    assert [choice["type"] for choice in schema["anyOf"]] == ["string", "number"]


numbers = st.builds(
    lambda sign, whole, decimals: f"{sign}{whole}{decimals}",
    st.sampled_from(["", "-", "+"]),
    st.integers(0, 10**15),
    st.one_of(st.just(""), st.integers(0, 10**9).map(lambda digits: f".{digits:09d}")),
)
suffixes = st.sampled_from(["", *"numkMGTPE", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei", "e3", "E-3", "e+12", "e0"])
texts = st.builds(lambda number, suffix: number + suffix, numbers, suffixes)


@given(texts)
def test_the_canonical_form_reads_back_as_the_same_amount_and_is_its_own_canonical_form(text: str) -> None:
    quantity = Quantity(text)
    again = Quantity(str(quantity))
    assert again == quantity
    assert str(again) == str(quantity)
    assert "." not in str(quantity)


@given(texts, texts)
def test_the_order_is_that_of_the_exact_amounts(one: str, other: str) -> None:
    a, b = Quantity(one), Quantity(other)
    assert (a < b) == (a.amount < b.amount)
    assert (a == b) == (a.amount == b.amount)


@given(texts, texts)
def test_subtracting_what_was_added_gives_the_first_amount_back(one: str, other: str) -> None:
    a, b = Quantity(one), Quantity(other)
    assert a + b - b == a
    assert a + b == b + a
    assert Quantity("0") - (Quantity("0") - a) == a


@given(texts, st.integers(-1000, 1000))
def test_multiplying_and_dividing_cancel_out(text: str, factor: int) -> None:
    quantity = Quantity(text)
    assume(quantity)
    assert quantity * factor / quantity == factor


@given(st.integers(0, 10**6), st.integers(0, 10**12))
def test_rounding_never_takes_away_from_an_amount(whole: int, decimals: int) -> None:
    exact = Fraction(f"{whole}.{decimals:012d}")
    rounded = Quantity(f"{whole}.{decimals:012d}").amount
    assert 0 <= rounded - exact < Fraction(1, 10**9)
