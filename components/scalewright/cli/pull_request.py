"""The changes of an environment on Kubernetes as Markdown, for the description or a comment of a pull request."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scalewright.cli.changes import GRAVE, MARKS, by_meaning, counts, is_grave, rows_of, shown
from scalewright.cli.findings import said

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from scalewright.cli.comparison import Answer
    from scalewright.cli.findings import Judged
    from scalewright.plan.changes import Change
    from scalewright.plan.meaning import Meaning

#: Characters of the details, beyond which they are cut: GitHub takes 65536 of a comment.
MOST = 50_000
#: Objects in the table; beyond that the details have them.
ROWS = 100
#: Objects that are warned of; beyond that the table has them.
GRAVEST = 20


def page(answer: Answer) -> str:
    """Return a page: what to think twice about, what changes, what it takes, and the properties behind a fold."""
    changes = [one for one in answer.comparison.changes if one.action != "unchanged"]
    return "\n".join(_lines(answer, changes))


def _lines(answer: Answer, changes: Sequence[Change]) -> Iterator[str]:
    yield f"### `{answer.environment}` against `{answer.against}`"
    yield from ("", f"{counts(answer.comparison)}.")
    for note in answer.notes:
        yield from ("", f"Note: {_cell(note)}.")
    if grave := [one for one in changes if is_grave(one)]:
        yield from ("", "> [!CAUTION]")
        for one in grave[:GRAVEST]:
            yield f"> - **{_cell(one.kind)} `{one.name}`**: {_cell(one.meanings[0].text)}."
        if len(grave) > GRAVEST:
            yield f"> - and {len(grave) - GRAVEST} more"
    if changes:
        yield from ("", "| | object | what it comes to |", "|---|---|---|")
        yield from (_row(one) for one in changes[:ROWS])
        if len(changes) > ROWS:
            yield f"| | and {len(changes) - ROWS} more | |"
    if rows := list(rows_of(answer.comparison.totals)):
        yield from ("", "| | before | after | difference |", "|---|--:|--:|--:|")
        yield from (f"| {' | '.join(_cell(text.strip()) for text in row)} |" for row in rows)
    yield from _findings(answer.judged)
    yield from _details(answer.environment, changes)


def _findings(found: Judged) -> Iterator[str]:
    failed = [f"Rule `{one.rule}` failed: {_cell(one.reason)}" for one in found.report.failures]
    if found.news.new or failed:
        yield from ("", "New findings:" if found.against_old else "Findings:", "")
        yield from (f"- **{one}**" for one in failed)
    for one in found.news.new[:GRAVEST]:
        level = f"**{one.level}**" if one.level == "mandatory" else one.level
        yield f"- {level} `{one.rule}`: {_cell(said(one))}. {_cell(one.remedy)}."
    if len(found.news.new) > GRAVEST:
        yield f"- and {len(found.news.new) - GRAVEST} more"


def _row(change: Change) -> str:
    texts = dict.fromkeys(_bold(meaning) for _, meaning in by_meaning(change) if meaning)
    return f"| {MARKS[change.action]} | {_cell(change.kind)} `{change.name}` | {'<br>'.join(texts)} |"


def _bold(meaning: Meaning) -> str:
    return f"**{_cell(meaning.text)}**" if meaning.effect in GRAVE else _cell(meaning.text)


def _cell(text: str) -> str:
    """Return a text as Markdown shows it in a table: in one line, and nothing in it a mark."""
    return re.sub(r"([\\|<*_])", r"\\\1", " ".join(text.split()))


def _details(environment: str, changes: Iterable[Change]) -> Iterator[str]:
    lines = list(_properties(changes))
    if not lines:
        return
    kept: list[str] = []
    length = 0
    for line in lines:
        length += len(line) + 1
        if length > MOST:
            kept.append(f"# and {len(lines) - len(kept)} more lines: scalewright preview {environment}")
            break
        kept.append(line)
    longest = max((len(one) for line in kept for one in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    yield from (
        "",
        "<details><summary>Property by property</summary>",
        "",
        f"{fence}diff",
        *kept,
        fence,
        "",
        "</details>",
    )


def _properties(changes: Iterable[Change]) -> Iterator[str]:
    for change in changes:
        if change.fields:
            yield f"@@ {change.kind} {change.name} @@"
        for field in change.fields:
            if field.before is not None:
                yield f"-{field.path}: {shown(field.before)}"
            if field.after is not None:
                yield f"+{field.path}: {shown(field.after)}"
