"""A review as Markdown, for a comment on the change that is written anew with each push. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scalewright.cli.changes import GRAVE, MARKS, by_meaning, is_grave, rows_of, shown
from scalewright.cli.review import words
from scalewright.cli.review.blocks import Block, fitted
from scalewright.plan.mermaid import is_drawn, mermaid
from scalewright.plan.policy.writers.lettering import code, flat, plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from scalewright.cli.review.environment import Environment
    from scalewright.cli.review.review import Review
    from scalewright.plan.changes import Change
    from scalewright.plan.meaning import Meaning
    from scalewright.plan.policy.report import Finding

MOST = 60_000
"""Bytes of a comment: GitHub takes 65,536 characters."""
LISTED, ROWS = 30, 60
"""What stops a change, or is to be thought over, and rows of a table, beyond which the artefact has the rest."""
#: What gets its room before what.
HEAD, STOPS, GRAVEST, SECTION, FOUND, SUMS, OBJECTS, PROPERTIES, GRAPH = range(9)


def comment(review: Review, link: str = "") -> str:
    """Return the comment; `link` is where the whole of it can be read."""
    where = f"[the whole report]({link})" if link else "the whole report"
    blocks = [*_head(review, where), *(block for one in review.environments for block in _environment(one, where))]
    return fitted(blocks, MOST, lambda count: f"\n{words.counted(count, 'part')} of this had no room: see {where}.")


def marker(review: Review) -> str:
    """Return the first line, by which the comment is found again."""
    return f"<!-- scalewright ci{re.sub('[^A-Za-z0-9/._]', '-', f' {review.folder}') if review.folder else ''} -->"


def _head(review: Review, where: str) -> Iterator[Block]:
    opening = [
        marker(review),
        f"## Scalewright: {words.compared(review, code)}",
        "",
        f"**{plain(words.verdict(review), 1000)}.**",
        *(line for note in review.notes for line in ("", f"{plain(note)}.")),
    ]
    yield Block(HEAD, (), _no_more, opening)
    opening = ["", "| environment | objects | findings | capacity |", "|---|---|---|---|"]
    rows = [_summary(one) for one in review.environments]
    yield Block(HEAD, rows, lambda count: f"| and {count} more | | | |", opening, most=ROWS)
    yield _list(STOPS, "CAUTION", [line for one in review.environments for line in _stops(one)], where)
    grave = [(one, change) for one in review.environments if one.basis != "gone" for change in one.changes]
    lines = [f"**{plain(one.name)}**, {_object(each)}: {_worst(each)}." for one, each in grave if is_grave(each)]
    yield _list(GRAVEST, "WARNING", lines, where)


def _no_more(_count: int) -> str:
    return ""


def _summary(environment: Environment) -> str:
    name = f"**{plain(environment.name)}**" if environment.stops else plain(environment.name)
    if environment.mistakes or environment.failures:
        return f"| {name} | **no plan** | | |"
    found = words.all_findings(environment) or "none"
    return f"| {name} | {words.objects(environment)} | {found} | {words.fits(environment)} |"


def _list(importance: int, kind: str, lines: Sequence[str], where: str) -> Block:
    def more(count: int) -> str:
        return f"> - and {count} more: see {where}"

    opening = ["", f"> [!{kind}]"] if lines else []
    return Block(importance, [f"> - {line}" for line in lines], more, opening, most=LISTED)


def _stops(environment: Environment) -> Iterator[str]:
    name = f"**{plain(environment.name)}**"
    yield from (f"{name}: {plain(one, 600)}" for one in (*environment.mistakes, *environment.failures))
    for failure in environment.report.failures:
        yield f"{name}: rule {code(failure.rule)} failed, and judged nothing: {plain(failure.reason)}."
    for state, found in (("new", environment.findings.new), ("as before", environment.findings.old)):
        told = f", {state}" if environment.basis == "before" else ""
        for one in words.mandatory(found):
            yield f"{name}{told}: {_finding(one)}"


def _finding(one: Finding) -> str:
    about = f"{code(one.subject)}: " if one.subject else ""
    place = f" ({code(f'{one.file}:{one.line}' if one.line else one.file)})" if one.file else ""
    return f"{about}{plain(one.message, 600)}{place}. {plain(one.remedy, 600)}. {code(one.rule)}"


def _environment(environment: Environment, where: str) -> Iterator[Block]:
    news = environment.findings
    if not (environment.changes or environment.notes or environment.sums_to_tell or news.new or news.gone):
        return
    opening = ["", f"### {plain(environment.name)}", ""]
    counts = [] if environment.failures or environment.mistakes else [f"{words.objects(environment)}.".capitalize()]
    notes = [f"{plain(note, 600)}.<br>" for note in environment.notes]
    if (scope := words.scope(environment)) and environment.changes:
        counts.append(f"{plain(scope)}.")
    yield Block(SECTION, [*counts, *notes], lambda count: f"and {count} more notes", opening)
    yield _also_found(environment, where)
    yield from _sums(environment, where)
    yield from _objects(environment, where)
    yield _properties(environment, where)
    if environment.graph and (environment.touched or environment.basis in ("new", "unknown")):
        yield _graph(environment)


def _also_found(environment: Environment, where: str) -> Block:
    """Return what is told besides; advice that is as old as the state before is in the report alone."""
    told = ", new" if environment.basis == "before" else ""
    rows = [_row(f"advisory{told}", one) for one in environment.findings.new if one.level == "advisory"]
    rows += [_row("no longer", one, "") for one in environment.findings.gone]
    opening = ["", "| finding | of | what | remedy |", "|---|---|---|---|"] if rows else []
    return Block(FOUND, rows, _row_of_more(4, where), opening, most=ROWS)


def _row(state: str, one: Finding, remedy: str | None = None) -> str:
    told = one.remedy if remedy is None else remedy
    return f"| {state} | {code(one.subject)} | {plain(one.message)} {code(one.rule)} | {plain(told)} |"


def _row_of_more(columns: int, where: str) -> Callable[[int], str]:
    return lambda count: f"| and {count} more: see {where} {'|' * columns}"


def _sums(environment: Environment, where: str) -> Iterator[Block]:
    told = environment.sums_to_tell
    rows = [
        f"| {plain(one.name)} | {words.of_bound(one.before)} | {_bold(words.of_bound(one.after), one.breaks)} "
        f"| {plain(one.after.bound_from if one.after else '')} |"
        for one in told
    ]
    opening = ["", "| capacity at most replicas | before | after | bound |", "|---|--:|--:|---|"] if rows else []
    yield Block(SUMS, rows, _row_of_more(4, where), opening, most=ROWS)
    ways = [
        f"- {plain(one.name)}: {plain('; or '.join(one.after.remedies), 600)}."
        for one in told
        if one.breaks and one.after and one.after.remedies
    ]
    yield Block(
        SUMS,
        ways,
        lambda count: f"- and {count} more: see {where}",
        ["", "What would make it fit:", ""] if ways else [],
    )
    lines = []
    for one in told:
        lines.append(f"@@ {flat(one.name)}: {words.of_bound(one.before)} -> {words.of_bound(one.after)} @@")
        lines += [f"{mark}{flat(text)}" for mark, text in words.lines(one)]
    yield _fold("Capacity line by line", SUMS, lines, where)


def _bold(text: str, bold: bool) -> str:
    return f"**{text}**" if bold else text


def _objects(environment: Environment, where: str) -> Iterator[Block]:
    if environment.basis in ("before", "gone"):
        rows = [_change(one) for one in environment.changes]
        opening = ["", "| | object | what it comes to |", "|---|---|---|"] if rows else []
        yield Block(OBJECTS, rows, _row_of_more(3, where), opening, most=ROWS)
    if environment.changes:
        totals = list(rows_of(environment.comparison.totals))
        rows = [f"| {' | '.join(plain(text.strip()) for text in row)} |" for row in totals]
        opening = ["", "| | before | after | difference |", "|---|--:|--:|--:|"] if rows else []
        yield Block(OBJECTS, rows, _row_of_more(4, where), opening, most=ROWS)


def _object(change: Change) -> str:
    return f"{plain(change.kind)} {code(change.name)}"


def _worst(change: Change) -> str:
    return plain(change.meanings[0].text) if change.meanings else change.action


def _change(change: Change) -> str:
    texts = dict.fromkeys(_meaning(meaning) for _, meaning in by_meaning(change) if meaning)
    return f"| {MARKS[change.action]} | {_object(change)} | {'<br>'.join(list(texts)[:4])} |"


def _meaning(meaning: Meaning) -> str:
    return f"**{plain(meaning.text)}**" if meaning.effect in GRAVE else plain(meaning.text)


def _properties(environment: Environment, where: str) -> Block:
    return _fold("Property by property", PROPERTIES, list(_differences(environment.changes)), where)


def _differences(changes: Iterable[Change]) -> Iterator[str]:
    for change in changes:
        if change.fields:
            yield f"@@ {flat(f'{change.kind} {change.name}')} @@"
        for field in change.fields:
            if field.before is not None:
                yield f"-{flat(field.path)}: {flat(shown(field.before))}"
            if field.after is not None:
                yield f"+{flat(field.path)}: {flat(shown(field.after))}"


def _fold(title: str, importance: int, lines: Sequence[str], where: str) -> Block:
    """Return lines of a difference behind a fold, within a fence that none of them ends."""
    if not lines:
        return Block(importance, (), _no_more)
    longest = max((len(run) for line in lines for run in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    opening = ["", f"<details><summary>{title}</summary>", "", f"{fence}diff"]
    report = re.sub(r"\[(.*)\]\(.*\)", r"\1", where)  # within a fence nothing is a link
    return Block(
        importance, lines, lambda count: f"# and {count} more lines: see {report}", opening, [fence, "", "</details>"]
    )


def _graph(environment: Environment) -> Block:
    graph = environment.graph
    if graph is None or not is_drawn(graph, text := mermaid(graph, environment.touched)):
        return Block(GRAPH, (), _no_more)
    lost = f", without {plain(', '.join(environment.lost))}" if environment.lost else ""
    opening = ["", f"<details><summary>Graph{lost}</summary>", "", "```mermaid"]
    whole = text.rstrip("\n")  # a part of a graph is none
    return Block(GRAPH, [whole], _no_more, opening, ["```", "", "</details>"])
