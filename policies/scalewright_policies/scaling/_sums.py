"""Sums that do not fit, as violations: the sum with its greatest terms, its bound, and what would make it fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright.plan.policy import Violation

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scalewright.autoscaling.capacity import Budget, Line
    from scalewright.plan.policy import Objects

#: How many lines of a sum a message holds; `scalewright capacity` shows all of them.
SHOWN = 3


def violations(objects: Objects, budgets: Iterable[Budget]) -> Iterator[Violation]:
    """Yield a violation for each sum of a plan that does not fit."""
    for one in budgets:
        if not one.fits:
            group, kind, namespace, name = one.owner
            subject = objects.find(kind, name, namespace, group)
            yield Violation(subject, message(one), one.path, remedy(one))


def of_machine(budgets: Iterable[Budget]) -> Iterator[Violation]:
    """Yield a violation for each sum of a machine's processes that does not fit."""
    for one in budgets:
        if not one.fits:
            yield Violation(None, message(one), one.path, remedy(one), name=one.owner[0])


def message(one: Budget) -> str:
    """Return a sum with its greatest terms, and its bound."""
    greatest = sorted(one.lines, key=lambda line: -line.amount)
    shown = "; ".join(map(_line, greatest[:SHOWN]))
    rest = sum(line.amount for line in greatest[SHOWN:])
    more = f"; {rest:,} of others" if rest else ""
    return f"{one.name}: {one.total:,} {one.unit} at most, {one.bound:,} are there ({one.bound_from}): {shown}{more}"


def remedy(one: Budget) -> str:
    """Return what would make a sum fit, each by itself."""
    text = "; or ".join(one.remedies)
    return text[:1].upper() + text[1:]


def _line(line: Line) -> str:
    return f"{line.label}: {line} = {line.amount:,}" if len(line.terms) > 1 else f"{line.label}: {line.amount:,}"
