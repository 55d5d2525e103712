"""Changes and findings as Markdown, in blocks: what a preview and a review for a pull request have in common. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from scalewright.cli.blocks import Block
from scalewright.cli.changes import GRAVE, MARKS, by_meaning, rows_of, shown
from scalewright.plan.markdown import code, flat, plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from scalewright.plan.changes import Change
    from scalewright.plan.meaning import Meaning
    from scalewright.plan.policy.report import Finding
    from scalewright.plan.totals import Totals

MOST = 60_000
"""Bytes of a comment: GitHub takes 65,536 characters."""
LISTED, ROWS = 30, 60
"""Items of a list, and rows of a table, beyond which they are only counted."""
LONG = 600
"""Characters of a sentence that is told in a list."""


def heading(importance: int, *lines: str) -> Block:
    """Return lines that are left out together or not at all."""
    return Block(importance, (), lambda _count: "", lines)


def no_room(where: str) -> Callable[[int], str]:
    """Return the line that takes the place of so many blocks; `where` is what has all of them."""
    return lambda count: f"\n{count} {'part' if count == 1 else 'parts'} of this had no room: see {where}."


def items(importance: int, lines: Sequence[str], where: str, opening: Sequence[str], mark: str = "- ") -> Block:
    """Return a list; nothing where it has no lines."""
    return Block(
        importance,
        [f"{mark}{line}" for line in lines],
        lambda count: f"{mark}and {count} more: see {where}",
        opening if lines else (),
        most=LISTED,
    )


def alert(importance: int, kind: str, lines: Sequence[str], where: str) -> Block:
    """Return a list that is seen first; nothing where it has no lines."""
    return items(importance, lines, where, ["", f"> [!{kind}]"], "> - ")


def table(importance: int, head: str, columns: str, rows: Sequence[str], where: str) -> Block:
    """Return a table, `columns` is how they are aligned; nothing where it has no rows."""
    edges = "|" * (columns.count("|") - 1)
    opening = ["", head, columns] if rows else []
    return Block(importance, rows, lambda count: f"| and {count} more: see {where} {edges}", opening, most=ROWS)


def fold(importance: int, title: str, lines: Sequence[str], where: str) -> Block:
    """Return lines of a difference behind a fold, within a fence that none of them ends; nothing without lines."""
    longest = max((len(run) for line in lines for run in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    opening, closing = ["", f"<details><summary>{title}</summary>", "", f"{fence}diff"], [fence, "", "</details>"]
    report = re.sub(r"\[(.*)\]\(.*\)", r"\1", where)  # within a fence nothing is a link
    whole = (opening, closing) if lines else ((), ())
    return Block(importance, lines, lambda count: f"# and {count} more lines: see {report}", *whole)


def objects(importance: int, changes: Iterable[Change], where: str) -> Block:
    """Return a table of what happens to which object, and what that comes to."""
    return table(
        importance, "| | object | what it comes to |", "|---|---|---|", [_change(one) for one in changes], where
    )


def totals(importance: int, taken: Totals, where: str) -> Block:
    """Return a table of what is taken before and after."""
    rows = [f"| {' | '.join(plain(text.strip()) for text in row)} |" for row in rows_of(taken)]
    return table(importance, "| | before | after | difference |", "|---|--:|--:|--:|", rows, where)


def properties(importance: int, changes: Iterable[Change], where: str) -> Block:
    """Return every property that differs, behind a fold."""
    return fold(importance, "Property by property", list(_differences(changes)), where)


def called(change: Change) -> str:
    """Return an object by its kind and name."""
    return f"{plain(change.kind)} {code(change.name)}"


def worst(change: Change) -> str:
    """Return the gravest that a change comes to."""
    return plain(change.meanings[0].text) if change.meanings else change.action


def told(finding: Finding) -> str:
    """Return a finding: in what, what, where it is written, what mends it, and by which rule."""
    about = f"{code(finding.subject)}: " if finding.subject else ""
    place = f" ({code(finding.place)})" if finding.place else ""
    return f"{about}{plain(finding.message, LONG)}{place}. {plain(finding.remedy, LONG)}. {code(finding.rule)}"


def _change(change: Change) -> str:
    texts = dict.fromkeys(_meaning(meaning) for _, meaning in by_meaning(change) if meaning)
    return f"| {MARKS[change.action]} | {called(change)} | {'<br>'.join(list(texts)[:4])} |"


def _meaning(meaning: Meaning) -> str:
    return f"**{plain(meaning.text)}**" if meaning.effect in GRAVE else plain(meaning.text)


def _differences(changes: Iterable[Change]) -> Iterator[str]:
    for change in changes:
        if change.fields:
            yield f"@@ {flat(f'{change.kind} {change.name}')} @@"
        for field in change.fields:
            if field.before is not None:
                yield f"-{flat(field.path)}: {_value(field.before)}"
            if field.after is not None:
                yield f"+{flat(field.path)}: {_value(field.after)}"


def _value(found: Any) -> str:
    return flat(shown(found))
