"""Times of the week and year in the five fields of cron."""

from __future__ import annotations

import re
from typing import Annotated, TypeAlias

from pydantic import AfterValidator

from scalewright.declaration.problem import refused

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
_FIELDS: tuple[tuple[str, int, int, list[str]], ...] = (
    ("minute", 0, 59, []),
    ("hour", 0, 23, []),
    ("day of the month", 1, 31, []),
    ("month", 1, 12, _MONTHS),
    ("day of the week", 0, 6, _DAYS),
)
_PART = re.compile(r"(?:\*|(?P<first>\w+)(?:-(?P<last>\w+))?)(?:/(?P<step>\d{1,3}))?", re.ASCII)


def _checked(text: str) -> str:
    parts = text.split()
    if len(parts) != len(_FIELDS):
        raise refused(
            "it must have the five fields of cron: minute, hour, day of the month, month, day of the week",
            'Write it as in "0 8 * * 1-5"',
        )
    for part, (field, low, high, names) in zip(parts, _FIELDS, strict=True):
        if not all(_fits(item, low, high, names) for item in part.split(",")):
            raise refused(f"its {field} must be within {low} to {high}, not {part!r}", 'Write it as in "0 8 * * 1-5"')
    return text


def _fits(item: str, low: int, high: int, names: list[str]) -> bool:
    match = _PART.fullmatch(item)
    if match is None or (match["step"] is not None and int(match["step"]) == 0):
        return False
    ends = [_number(end, low, names) for end in (match["first"], match["last"]) if end is not None]
    return all(low <= end <= high for end in ends) and ends == sorted(ends)


def _number(text: str, low: int, names: list[str]) -> int:
    if text.isdigit() and len(text) <= 2:
        return int(text)
    return low + names.index(text.lower()) if text.lower() in names else -1


Cron: TypeAlias = Annotated[str, AfterValidator(_checked)]
"""Five fields with `*`, lists, ranges, steps and English names, as KEDA's cron scaler reads them (Sunday is 0)."""


def _zone(name: str) -> str:
    # Only a declaration with a schedule pays for this import and for reading the folder of zones.
    from zoneinfo import available_timezones

    known = available_timezones()
    # Slim images carry no time zone database; there the cluster's own is the judge.
    if name not in known and (known or not re.fullmatch(r"[A-Za-z0-9_+-]+(?:/[A-Za-z0-9_+-]+)*", name)):
        raise refused("it must be a time zone of the IANA database", "Write it as in UTC or Europe/Berlin")
    return name


TimeZone: TypeAlias = Annotated[str, AfterValidator(_zone)]
"""A name of the IANA time zone database."""
