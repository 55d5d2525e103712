"""What is said of a review in words, whoever writes it down. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright.cli.review.review import FINE, MISTAKEN
from scalewright.plan.changes import ACTIONS
from scalewright.revision import SHORT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from scalewright.cli.review.environment import Environment
    from scalewright.cli.review.review import Review
    from scalewright.cli.review.sums import Line, Pair, Sum
    from scalewright.plan.policy.report import Finding


def compared(review: Review, written: Callable[[str], str] = str) -> str:
    """Return what was compared with what; names and commits are `written` in some way."""
    head, parting = (written(one[:SHORT]) for one in (review.head, review.parting))
    dirty = "" if review.is_clean else " and what is not committed"
    if review.parting.startswith(review.base):
        return f"{head}{dirty} against {parting}"
    if review.parting == review.tip:
        return f"{head}{dirty} against {written(review.base)} ({parting})"
    return f"{head}{dirty} against {parting}, where it left {written(review.base)}"


def verdict(review: Review) -> str:
    """Return whether the change may be merged, and what stops it."""
    if review.status == FINE:
        return "Nothing stops this change"
    reasons = [text for one in review.environments if (text := "; ".join(_reasons(one)))]
    names = [one.name for one in review.environments if one.stops]
    told = ". ".join(f"{name}: {reason}" for name, reason in zip(names, reasons, strict=True))
    return f"{'It cannot be read' if review.status == MISTAKEN else 'Stopped'}. {told}"


def _reasons(environment: Environment) -> Iterator[str]:
    if environment.mistakes:
        yield counted(len(environment.mistakes), "mistake")
    if environment.failures:
        yield "no plan"
    if failed := len(environment.report.failures):
        yield f"{counted(failed, 'rule')} failed"
    if mandatory(environment.findings.found):
        yield findings(environment, "mandatory")


def mandatory(found: Iterable[Finding]) -> list[Finding]:
    """Return the findings that stop a change."""
    return [one for one in found if one.level == "mandatory"]


def findings(environment: Environment, level: str) -> str:
    """Return how many findings of a level there are, and how many of them are new."""
    found = [one for one in environment.findings.found if one.level == level]
    new = [one for one in environment.findings.new if one.level == level]
    word = counted(len(found), f"{level} finding")
    return f"{word}, {len(new)} new" if new and environment.basis == "before" else word


def all_findings(environment: Environment) -> str:
    """Return how many findings of each level there are."""
    levels = [one for one in ("mandatory", "advisory") if any(each.level == one for each in environment.findings.found)]
    return "; ".join(findings(environment, one).replace(" findings", "").replace(" finding", "") for one in levels)


def counted(number: int, noun: str) -> str:
    """Return a number with its noun."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def amount(number: int) -> str:
    """Return a number as people read it."""
    return f"{number:,}"


def line(one: Line) -> str:
    """Return a line of a sum."""
    factors = " x ".join(f"{amount(number)} {name}" for name, number in one.terms)
    return f"{one.label}: {factors} = {amount(one.amount)}" if factors else f"{one.label}: {amount(one.amount)}"


def lines(pair: Pair) -> Iterator[tuple[str, str]]:
    """Yield the lines of a sum with a mark: what is only before, what is only after, and what is on both sides."""
    old, new = (_lines(one) for one in (pair.before, pair.after))
    labels = dict.fromkeys((*old, *new))
    for label in labels:
        before, after = old.get(label), new.get(label)
        if before == after and after is not None:
            yield " ", after
        else:
            yield from ((mark, text) for mark, text in (("-", before), ("+", after)) if text is not None)


def _lines(found: Sum | None) -> dict[str, str]:
    return {one.label: line(one) for one in found.lines} if found else {}


def of_bound(one: Sum | None) -> str:
    """Return a sum beside its bound."""
    return f"{amount(one.total)} of {amount(one.bound)}" if one else "none"


def fits(environment: Environment) -> str:
    """Return whether the sums of an environment fit."""
    broken = sum(one.breaks for one in environment.sums)
    if broken:
        return f"{broken} {'does' if broken == 1 else 'do'} not fit"
    return "all fit" if environment.sums else ""


def objects(environment: Environment) -> str:
    """Return how many objects change, by what happens to them."""
    if environment.basis in ("unknown", "new"):
        return counted(len(environment.changes), "object")
    told = [
        f"{number} {one}" for one in ACTIONS if one != "unchanged" and (number := environment.comparison.count(one))
    ]
    return ", ".join(told) or "no change"
