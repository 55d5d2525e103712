"""Lengths of time in the syntax of Go (`time.ParseDuration`), which Kubernetes, Traefik and KEDA share."""

from __future__ import annotations

import re
from fractions import Fraction
from functools import total_ordering
from typing import TYPE_CHECKING, Any

from pydantic_core import core_schema

from scalewright.declaration.problem import refused

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic.json_schema import JsonSchemaValue

SECOND = 10**9
LONGEST = 2**63 - 1
"""What Go's duration holds, in nanoseconds: about 292 years."""
_UNITS = {
    "ns": 1,
    "us": 10**3,
    "\u00b5s": 10**3,  # micro sign
    "\u03bcs": 10**3,  # Greek letter mu
    "ms": 10**6,
    "s": SECOND,
    "m": 60 * SECOND,
    "h": 3600 * SECOND,
}
_NUMBER = r"(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)"
PATTERN = rf"[+-]?(?:0|(?:{_NUMBER}(?:ns|us|\u00b5s|\u03bcs|ms|s|m|h))+)"
_WHOLE = re.compile(PATTERN, re.ASCII)
_PART = re.compile(rf"({_NUMBER})(ns|us|\u00b5s|\u03bcs|ms|s|m|h)", re.ASCII)


class DurationError(ValueError):
    """The text is no duration."""


@total_ordering
class Duration:
    """A length of time, exact to the nanosecond. Immutable.

    `Duration("30s")`, `Duration("1m30s")`, `Duration("1.5h")`, `Duration.of_seconds(0.25)`.
    """

    __slots__ = ("_ns",)
    _ns: int

    def __init__(self, text: str | Duration) -> None:
        object.__setattr__(self, "_ns", text._ns if isinstance(text, Duration) else _parse(text))

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a duration cannot be changed: {name}")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"a duration cannot be changed: {name}")

    def __reduce__(self) -> tuple[object, ...]:
        return Duration._of, (self._ns,)

    @classmethod
    def parse(cls, text: str) -> Duration:
        """Read `text`; raises `DurationError` where it is no duration."""
        return cls(text)

    @classmethod
    def of_seconds(cls, seconds: float | Fraction) -> Duration:
        """The duration nearest to a number of seconds."""
        return cls._of(round(Fraction(seconds) * SECOND))

    @classmethod
    def _of(cls, ns: int) -> Duration:
        if abs(ns) > LONGEST:
            raise OverflowError("a duration is at most about 292 years")
        duration = object.__new__(cls)
        object.__setattr__(duration, "_ns", ns)
        return duration

    @property
    def nanoseconds(self) -> int:
        """The length in nanoseconds, exactly."""
        return self._ns

    @property
    def seconds(self) -> float:
        """The length in seconds."""
        return self._ns / SECOND

    def __bool__(self) -> bool:
        return self._ns != 0

    def __eq__(self, other: object) -> bool:
        return self._ns == other._ns if isinstance(other, Duration) else NotImplemented

    def __lt__(self, other: Duration) -> bool:
        return self._ns < other._ns if isinstance(other, Duration) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._ns)

    def __neg__(self) -> Duration:
        return self._of(-self._ns)

    def __add__(self, other: Duration) -> Duration:
        return self._of(self._ns + other._ns) if isinstance(other, Duration) else NotImplemented

    def __sub__(self, other: Duration) -> Duration:
        return self._of(self._ns - other._ns) if isinstance(other, Duration) else NotImplemented

    def __mul__(self, factor: int | Fraction) -> Duration:
        """Multiply by a whole number or a ratio, to the nearest nanosecond."""
        return self._of(round(self._ns * factor)) if isinstance(factor, int | Fraction) else NotImplemented

    __rmul__ = __mul__

    def __truediv__(self, other: Duration) -> Fraction:
        """How many times the other duration goes into this one, exactly."""
        return Fraction(self._ns, other._ns) if isinstance(other, Duration) else NotImplemented

    def __str__(self) -> str:
        """The form that Go prints: `1m30s`, `1.5s`, `500ms`, `0s`."""
        sign = "-" if self._ns < 0 else ""
        ns = abs(self._ns)
        if ns < SECOND:
            unit, size = next(((u, s) for u, s in _SMALL if ns >= s), ("s", SECOND))
            return f"{sign}{_decimal(ns, size)}{unit}"
        minutes, rest = divmod(ns, 60 * SECOND)
        hours, minutes = divmod(minutes, 60)
        seconds = f"{_decimal(rest, SECOND)}s"
        if hours:
            return f"{sign}{hours}h{minutes}m{seconds}"
        return f"{sign}{minutes}m{seconds}" if minutes else sign + seconds

    def __repr__(self) -> str:
        return f"Duration({str(self)!r})"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(
            _validated, serialization=core_schema.to_string_ser_schema(when_used="json")
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {"type": "string", "pattern": f"^{PATTERN}$"}


_SMALL = (("ms", 10**6), ("\u00b5s", 10**3), ("ns", 1))


def _validated(value: Any) -> Duration:
    if isinstance(value, str | Duration):
        try:
            return Duration(value)
        except DurationError:
            pass
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    remedy = (
        f"Add the unit, for example {value}s" if is_number else "Write a number and its unit: ns, us, ms, s, m or h"
    )
    raise refused("it must be a length of time such as 30s, 1m30s or 1.5h", remedy)


def _parse(text: str) -> int:
    if _WHOLE.fullmatch(text) is None:
        raise DurationError(f"{text[:80]!r} is not a duration such as 30s, 1m30s or 1.5h")
    # Go cuts what is finer than a nanosecond off each part.
    ns = sum(int(Fraction(_digits(number)) * _UNITS[unit]) for number, unit in _PART.findall(text))
    if ns > LONGEST:
        raise DurationError(f"{text[:80]!r} is longer than a duration can be, about 292 years")
    return -ns if text.startswith("-") else ns


def _digits(number: str) -> str:
    whole, _, decimals = number.partition(".")
    return f"{whole or '0'}.{decimals or '0'}"


def _decimal(ns: int, size: int) -> str:
    whole, rest = divmod(ns, size)
    if not rest:
        return str(whole)
    digits = len(str(size)) - 1
    return f"{whole}.{rest:0{digits}d}".rstrip("0")
