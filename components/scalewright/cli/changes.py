"""The changes of an environment on Kubernetes, as people read them on a terminal."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from scalewright.cli import findings
from scalewright.plan.changes import ACTIONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scalewright.cli.comparison import Answer
    from scalewright.declaration import Quantity
    from scalewright.plan.changes import Change, Comparison
    from scalewright.plan.consequences import Effect
    from scalewright.plan.diff import FieldChange
    from scalewright.plan.meaning import Meaning
    from scalewright.plan.totals import Range, Totals

MARKS = {"added": "+", "changed": "~", "replaced": "±", "removed": "-"}
COLORS = {"added": "green", "changed": "yellow", "replaced": "red", "removed": "red"}
#: What is to be thought over before it is applied, and what is said of it.
GRAVE: dict[Effect, str] = {"loses": "Data is lost", "refused": "Cannot be done", "replaces": "Made anew"}
#: Characters of a value beyond which the rest is left out; `--json` has all of it.
LONGEST = 160
_BINARY = ("Ki", "Mi", "Gi", "Ti", "Pi")
_NAMES = {"cpu": "CPU"}


def show(answer: Answer) -> None:
    """Print what changes, what that comes to, and what it takes."""
    click.echo(f"{answer.environment} against {answer.against}:")
    for note in answer.notes:
        click.echo(f"  note: {note}")
    changes = [one for one in answer.comparison.changes if one.action != "unchanged"]
    for change in changes:
        _show(change)
    click.echo(counts(answer.comparison))
    for line in table(answer.comparison.totals):
        click.echo(line)
    for text, color in findings.lines(answer.judged, answer.environment):
        click.secho(text, fg=color)
    for line in verdicts(changes):
        click.secho(line, fg="red", bold=True)


def counts(comparison: Comparison) -> str:
    """Return how many objects are added, changed, and so on."""
    return ", ".join(f"{comparison.count(action)} {action}" for action in ACTIONS)


def is_grave(change: Change) -> bool:
    """Whether something is lost by it, cannot be done, or is away for a while."""
    return change.effect in GRAVE


def verdicts(changes: Iterable[Change]) -> Iterator[str]:
    """Yield a sentence for each kind of change that is to be thought over."""
    changes = list(changes)
    for effect, words in GRAVE.items():
        if names := [f"{one.kind} {one.name}" for one in changes if one.effect == effect]:
            yield f"{words}: {', '.join(names)}."


def table(totals: Totals) -> Iterator[str]:
    """Yield the lines of what is taken before and after; nothing where neither takes any."""
    rows = [("", "before", "after", "difference"), *rows_of(totals)]
    if len(rows) == 1:
        return
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    yield ""
    for row in rows:
        first, *others = zip(row, widths, strict=True)
        yield "  ".join((first[0].ljust(first[1]), *(text.rjust(width) for text, width in others))).rstrip()


def rows_of(totals: Totals) -> Iterator[tuple[str, str, str, str]]:
    """Yield what is taken by name: before, after, and how much more; then the parts that have other replicas."""
    for one in totals.totals:
        if one.before.most or one.after.most:
            more = difference(one.name, one.before, one.after)
            yield _NAMES.get(one.name, one.name), span(one.name, one.before), span(one.name, one.after), more
    for part in totals.parts:
        before, after = ("none" if one is None else span("replicas", one) for one in (part.before, part.after))
        yield f"  {part.name}", before, after, ""


def span(name: str, amounts: Range) -> str:
    """Return an amount at the fewest replicas and at the most."""
    least, most = (amount(name, one) for one in (amounts.least, amounts.most))
    return least if least == most else f"{least}..{most}"


def difference(name: str, before: Range, after: Range) -> str:
    """Return how much more it is, or less, at the fewest replicas and at the most; nothing where it is the same."""
    least, most = after.least - before.least, after.most - before.most
    if not least and not most:
        return ""
    texts = [_signed(name, one) for one in (least, most)]
    return texts[0] if texts[0] == texts[1] else f"{texts[0]}..{texts[1]}"


def _signed(name: str, one: Quantity) -> str:
    return f"+{amount(name, one)}" if float(one) > 0 else amount(name, one)


def amount(name: str, one: Quantity) -> str:
    """Return an amount in the unit in which people think of it: cores, or bytes with a binary suffix."""
    number = float(one)
    if name not in ("memory", "storage") or not number:
        return f"{number:.4g}" if abs(number) < 1000 else f"{number:.0f}"
    power = next((index for index in range(len(_BINARY), 0, -1) if abs(number) >= 1024**index), 0)
    suffix = _BINARY[power - 1] if power else ""
    return f"{number / 1024**power:.4g}{suffix}"


def by_meaning(change: Change) -> Iterator[tuple[list[FieldChange], Meaning | None]]:
    """Yield the properties that come to the same, with that; last those of which nothing is to be said."""
    fields = {one.path: one for one in change.fields}
    for one in change.meanings:
        yield [fields.pop(path) for path in one.paths if path in fields], one
    if fields:
        yield list(fields.values()), None


def shown(value: Any) -> str:
    """Return a value in one line, and not too long a one."""
    if value is None:
        return "none"
    plain = isinstance(value, str) and value and "\n" not in value
    text = value if plain else json.dumps(value, ensure_ascii=False, sort_keys=True)  # the SDK has no order of keys
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."


def _show(change: Change) -> None:
    click.secho(
        f"{MARKS[change.action]} {change.kind} {change.name}", fg="red" if is_grave(change) else COLORS[change.action]
    )
    for fields, meaning in by_meaning(change):
        for one in fields:
            click.echo(f"    {one.path}: {shown(one.before)} -> {shown(one.after)}")
        if meaning:
            grave = meaning.effect in GRAVE
            click.secho(f"      {meaning.text}", fg="red" if grave else "cyan", bold=grave)
