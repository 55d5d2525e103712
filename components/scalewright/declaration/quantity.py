"""Amounts with the exact semantics of Kubernetes (`resource.Quantity` of k8s.io/apimachinery).

The API reference of Kubernetes defines the grammar, the canonical form and the rounding:
https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
"""

from __future__ import annotations

import re
from enum import Enum
from fractions import Fraction
from functools import total_ordering
from typing import TYPE_CHECKING, Any

from pydantic_core import core_schema

from scalewright.declaration.problem import refused

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic.json_schema import JsonSchemaValue

NANO = 10**9
MOST = 2**63 - 1
"""Kubernetes caps an amount with a binary suffix here, silently."""
LONGEST = 64
"""More characters than any real amount has. With exponents of two digits it keeps `1e999999999` out of memory."""

PATTERN = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]{1,2})?"
_TEXT = re.compile(
    r"(?P<sign>[+-]?)(?P<whole>[0-9]*)(?:\.(?P<decimals>[0-9]*))?"
    r"(?:(?P<suffix>[KMGTPE]i|[numkMGTPE])|[eE](?P<exponent>[+-]?[0-9]{1,2}))?",
    re.ASCII,
)
_DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY = {"Ki": 1, "Mi": 2, "Gi": 3, "Ti": 4, "Pi": 5, "Ei": 6}
_DECIMAL_NAMES = {exponent: suffix for suffix, exponent in _DECIMAL.items()}
_BINARY_NAMES = {power: suffix for suffix, power in _BINARY.items()}


class QuantityError(ValueError):
    """The text is no quantity."""


class Family(Enum):
    """How an amount was written, and so how it is printed."""

    DECIMAL = "500m, 20, 3G"
    BINARY = "512Mi"
    EXPONENT = "3e9"


@total_ordering
class Quantity:
    """An exact amount of something: bytes, processor cores, requests. Immutable.

    `Quantity("1.5Gi")`, `Quantity("500m")`, `Quantity(3)`. Two quantities are equal when their amounts are, however
    they were written. What is finer than a nano is rounded away from zero.
    """

    __slots__ = ("_family", "_nano")
    _nano: int
    _family: Family

    def __init__(self, value: str | int | Quantity) -> None:
        if isinstance(value, Quantity):
            nano, family = value._nano, value._family
        elif isinstance(value, str):
            nano, family = _parse(value)
        elif isinstance(value, int) and not isinstance(value, bool):
            nano, family = value * NANO, Family.DECIMAL
        else:
            raise TypeError(f"a quantity is made from text or a whole number, not from {value!r}")
        object.__setattr__(self, "_nano", nano)
        object.__setattr__(self, "_family", family)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a quantity cannot be changed: {name}")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"a quantity cannot be changed: {name}")

    def __reduce__(self) -> tuple[object, ...]:
        return Quantity._of, (self._nano, self._family)

    @classmethod
    def parse(cls, text: str) -> Quantity:
        """Read `text`; raises `QuantityError` where it is no quantity."""
        return cls(text)

    @classmethod
    def _of(cls, nano: int, family: Family) -> Quantity:
        quantity = object.__new__(cls)
        object.__setattr__(quantity, "_nano", nano)
        object.__setattr__(quantity, "_family", family)
        return quantity

    @property
    def bytes(self) -> int:
        """The amount as a whole number, rounded away from zero as Kubernetes does."""
        return int(self)

    @property
    def amount(self) -> Fraction:
        """The amount, exactly."""
        return Fraction(self._nano, NANO)

    def __int__(self) -> int:
        return _away_from_zero(self._nano, NANO)

    def __float__(self) -> float:
        return self._nano / NANO

    def __bool__(self) -> bool:
        return self._nano != 0

    def __eq__(self, other: object) -> bool:
        return self._nano == other._nano if isinstance(other, Quantity) else NotImplemented

    def __lt__(self, other: Quantity) -> bool:
        return self._nano < other._nano if isinstance(other, Quantity) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._nano)

    def __neg__(self) -> Quantity:
        return self._of(-self._nano, self._family)

    def __add__(self, other: Quantity) -> Quantity:
        if not isinstance(other, Quantity):
            return NotImplemented
        return self._of(self._nano + other._nano, self._family if self else other._family)

    def __sub__(self, other: Quantity) -> Quantity:
        return self + -other if isinstance(other, Quantity) else NotImplemented

    def __mul__(self, factor: int | Fraction) -> Quantity:
        """Multiply by a whole number or a ratio; what is finer than a nano is rounded away from zero."""
        if not isinstance(factor, int | Fraction):
            return NotImplemented
        product = self._nano * Fraction(factor)
        return self._of(_away_from_zero(product.numerator, product.denominator), self._family)

    __rmul__ = __mul__

    def __truediv__(self, other: Quantity) -> Fraction:
        """How many times the other quantity goes into this one, exactly."""
        return Fraction(self._nano, other._nano) if isinstance(other, Quantity) else NotImplemented

    def __str__(self) -> str:
        """The canonical form: no fraction, the largest suffix that fits, in the family it was written in."""
        kilo = 1024 * NANO
        if self._family is Family.BINARY and abs(self._nano) >= kilo and self._nano % NANO == 0:
            return _binary(self._nano // NANO)
        return _decimal(self._nano, self._family)

    def __repr__(self) -> str:
        return f"Quantity({str(self)!r})"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(
            _validated, serialization=core_schema.to_string_ser_schema(when_used="json")
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {"anyOf": [{"type": "string", "pattern": f"^{PATTERN}$"}, {"type": "number"}]}


def _validated(value: Any) -> Quantity:
    if isinstance(value, float):
        value = repr(value)  # 0.1 means the decimal that was typed, not the binary number nearest to it
    if isinstance(value, str | int | Quantity) and not isinstance(value, bool):
        try:
            return Quantity(value)
        except QuantityError:
            pass
    raise refused(
        "it must be an amount such as 500m, 1.5, 512Mi or 1G",
        "Write digits and then one of the suffixes n u m k M G T P E or Ki Mi Gi Ti Pi Ei, without a space",
    )


def _parse(text: str) -> tuple[int, Family]:
    match = _TEXT.fullmatch(text)
    if match is None or len(text) > LONGEST or not (match["whole"] or match["decimals"]):
        raise QuantityError(f"{text[:LONGEST]!r} is not a quantity such as 500m, 1.5, 512Mi or 1G")
    decimals = match["decimals"] or ""
    amount = Fraction(int(match["whole"] + decimals), 10 ** len(decimals))
    suffix = match["suffix"] or ""
    if match["exponent"] is not None:
        family = Family.EXPONENT
        amount *= Fraction(10) ** int(match["exponent"])
    elif suffix in _BINARY:
        amount = min(amount * 1024 ** _BINARY[suffix], Fraction(MOST))
        family = Family.DECIMAL if 0 < amount < 1 else Family.BINARY
    else:
        family = Family.DECIMAL
        amount *= Fraction(10) ** _DECIMAL[suffix]
    amount *= NANO
    nano = _away_from_zero(amount.numerator, amount.denominator)
    return (-nano if match["sign"] == "-" else nano), family


def _away_from_zero(numerator: int, denominator: int) -> int:
    whole = -(-abs(numerator) // denominator)
    return whole if numerator >= 0 else -whole


def _binary(whole: int) -> str:
    power = 0
    while whole % 1024 == 0 and power < max(_BINARY_NAMES):
        whole, power = whole // 1024, power + 1
    return f"{whole}{_BINARY_NAMES.get(power, '')}"


def _decimal(nano: int, family: Family) -> str:
    if nano == 0:
        return "0"
    mantissa, exponent = nano, -9
    while mantissa % 1000 == 0:
        mantissa, exponent = mantissa // 1000, exponent + 3
    if family is Family.EXPONENT and exponent:
        return f"{mantissa}e{exponent}"
    # There is no suffix above E: an exponent keeps the value, where dropping it would change it.
    return f"{mantissa}{_DECIMAL_NAMES.get(exponent, f'e{exponent}')}"
