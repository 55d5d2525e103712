"""The sums of an environment, as a review tells them: line by line, before a change and after it. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright.plan.records import Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from scalewright.autoscaling import capacity


class Line(Record):
    """One line of a sum; its terms are multiplied, and `product` says so in words."""

    label: str
    terms: tuple[tuple[str, int], ...] = ()
    product: str = ""
    amount: int


class Sum(Record):
    """What is asked of something that has a bound."""

    name: str
    unit: str
    lines: tuple[Line, ...] = ()
    total: int
    bound: int
    bound_from: str
    fits: bool
    remedies: tuple[str, ...] = ()
    """Changes in words, each of which suffices by itself."""
    unknown: tuple[str, ...] = ()
    """What is in no line, since nothing says how much it is."""


class Pair(Record):
    """A sum before and after; None where it is not there."""

    name: str
    before: Sum | None
    after: Sum | None

    @property
    def differs(self) -> bool:
        """Whether another figure is in it."""
        return self.before != self.after

    @property
    def breaks(self) -> bool:
        """Whether it does not fit now."""
        return self.after is not None and not self.after.fits


def sums(budgets: Iterable[capacity.Budget]) -> tuple[Sum, ...]:
    """Take down budgets."""
    return tuple(
        Sum(
            name=one.name,
            unit=one.unit,
            lines=tuple(map(_line, one.lines)),
            total=one.total,
            bound=one.bound,
            bound_from=one.bound_from,
            fits=one.fits,
            remedies=one.remedies,
            unknown=one.unknown,
        )
        for one in budgets
    )


def _line(one: capacity.Line) -> Line:
    return Line(label=one.label, terms=one.terms, product=str(one), amount=one.amount)


def paired(before: Iterable[Sum], after: Sequence[Sum]) -> tuple[Pair, ...]:
    """Put together the sums of one name, in the order in which they are after, and last those that are no more."""
    old = {one.name: one for one in before}
    names = {one.name for one in after}
    return (
        *(Pair(name=one.name, before=old.get(one.name), after=one) for one in after),
        *(Pair(name=name, before=one, after=None) for name, one in old.items() if name not in names),
    )
