"""A review as Markdown, for a comment on the change that is written anew with each push. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scalewright.cli import markdown
from scalewright.cli.blocks import Block, fitted
from scalewright.cli.changes import is_grave
from scalewright.cli.markdown import LONG, heading
from scalewright.cli.review import words
from scalewright.plan.markdown import code, flat, plain
from scalewright.plan.mermaid import is_drawn, mermaid

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.cli.review.environment import Environment
    from scalewright.cli.review.review import Review
    from scalewright.plan.policy.report import Finding

#: What gets its room before what.
HEAD, STOPS, GRAVEST, SECTION, FOUND, SUMS, OBJECTS, PROPERTIES, GRAPH = range(9)


def comment(review: Review, link: str = "") -> str:
    """Return the comment; `link` is where the whole of it can be read."""
    where = f"[the whole report]({link})" if link else "the whole report"
    blocks = [*_head(review, where), *(block for one in review.environments for block in _environment(one, where))]
    return fitted(blocks, markdown.MOST, markdown.no_room(where))


def marker(review: Review) -> str:
    """Return the first line, by which the comment is found again."""
    return f"<!-- scalewright ci{re.sub('[^A-Za-z0-9/._]', '-', f' {review.folder}') if review.folder else ''} -->"


def _head(review: Review, where: str) -> Iterator[Block]:
    yield heading(
        HEAD,
        marker(review),
        f"## Scalewright: {words.compared(review, code)}",
        "",
        f"**{plain(words.verdict(review), 1000)}.**",
        *(line for note in review.notes for line in ("", f"{plain(note)}.")),
    )
    rows = [_summary(one) for one in review.environments]
    yield markdown.table(HEAD, "| environment | objects | findings | capacity |", "|---|---|---|---|", rows, where)
    stops = [line for one in review.environments for line in _stops(one)]
    yield markdown.alert(STOPS, "CAUTION", stops, where)
    changes = [(one, change) for one in review.environments if one.basis != "gone" for change in one.changes]
    grave = [
        f"**{plain(one.name)}**, {markdown.called(each)}: {markdown.worst(each)}."
        for one, each in changes
        if is_grave(each)
    ]
    yield markdown.alert(GRAVEST, "WARNING", grave, where)


def _summary(environment: Environment) -> str:
    name = f"**{plain(environment.name)}**" if environment.stops else plain(environment.name)
    if environment.mistakes or environment.failures:
        return f"| {name} | **no plan** | | |"
    found = words.all_findings(environment) or "none"
    return f"| {name} | {words.objects(environment)} | {found} | {words.fits(environment)} |"


def _stops(environment: Environment) -> Iterator[str]:
    name = f"**{plain(environment.name)}**"
    yield from (f"{name}: {plain(one, LONG)}" for one in (*environment.mistakes, *environment.failures))
    for failure in environment.report.failures:
        yield f"{name}: rule {code(failure.rule)} failed, and judged nothing: {plain(failure.reason)}."
    for state, found in (("new", environment.findings.new), ("as before", environment.findings.old)):
        told = f", {state}" if environment.basis == "before" else ""
        for one in words.mandatory(found):
            yield f"{name}{told}: {markdown.told(one)}"


def _environment(environment: Environment, where: str) -> Iterator[Block]:
    news = environment.findings
    if not (environment.changes or environment.notes or environment.sums_to_tell or news.new or news.gone):
        return
    opening = ["", f"### {plain(environment.name)}", ""]
    counts = [] if environment.failures or environment.mistakes else [f"{words.objects(environment)}.".capitalize()]
    notes = [f"{plain(note, LONG)}.<br>" for note in environment.notes]
    if (scope := words.scope(environment)) and environment.changes:
        counts.append(f"{plain(scope)}.")
    yield Block(SECTION, [*counts, *notes], lambda count: f"and {count} more notes", opening)
    yield _also_found(environment, where)
    yield from _sums(environment, where)
    yield from _objects(environment, where)
    yield markdown.properties(PROPERTIES, environment.changes, where)
    if environment.graph and (environment.touched or environment.basis in ("new", "unknown")):
        yield _graph(environment)


def _also_found(environment: Environment, where: str) -> Block:
    """Return what is told besides; advice that is as old as the state before is in the report alone."""
    told = ", new" if environment.basis == "before" else ""
    rows = [_row(f"advisory{told}", one) for one in environment.findings.new if one.level == "advisory"]
    rows += [_row("no longer", one, "") for one in environment.findings.gone]
    return markdown.table(FOUND, "| finding | of | what | remedy |", "|---|---|---|---|", rows, where)


def _row(state: str, one: Finding, remedy: str | None = None) -> str:
    told = one.remedy if remedy is None else remedy
    return f"| {state} | {code(one.subject)} | {plain(one.message)} {code(one.rule)} | {plain(told)} |"


def _sums(environment: Environment, where: str) -> Iterator[Block]:
    told = environment.sums_to_tell
    rows = [
        f"| {plain(one.name)} | {words.of_bound(one.before)} | {_bold(words.of_bound(one.after), one.breaks)} "
        f"| {plain(one.after.bound_from if one.after else '')} |"
        for one in told
    ]
    head = "| capacity at most replicas | before | after | bound |"
    yield markdown.table(SUMS, head, "|---|--:|--:|---|", rows, where)
    ways = [
        f"{plain(one.name)}: {plain('; or '.join(one.after.remedies), LONG)}."
        for one in told
        if one.breaks and one.after and one.after.remedies
    ]
    yield markdown.items(SUMS, ways, where, ["", "What would make it fit:", ""])
    lines = []
    for one in told:
        lines.append(f"@@ {flat(one.name)}: {words.of_bound(one.before)} -> {words.of_bound(one.after)} @@")
        lines += [f"{mark}{flat(text)}" for mark, text in words.lines(one)]
    yield markdown.fold(SUMS, "Capacity line by line", lines, where)


def _bold(text: str, bold: bool) -> str:
    return f"**{text}**" if bold else text


def _objects(environment: Environment, where: str) -> Iterator[Block]:
    if environment.basis in ("before", "gone"):
        yield markdown.objects(OBJECTS, environment.changes, where)
    if environment.changes:
        yield markdown.totals(OBJECTS, environment.comparison.totals, where)


def _graph(environment: Environment) -> Block:
    graph = environment.graph
    if graph is None or not is_drawn(graph, text := mermaid(graph, environment.touched)):
        return heading(GRAPH)
    lost = f", without {plain(', '.join(environment.lost))}" if environment.lost else ""
    opening = ["", f"<details><summary>Graph{lost}</summary>", "", "```mermaid"]
    whole = text.rstrip("\n")  # a part of a graph is none
    return Block(GRAPH, [whole], lambda _count: "", opening, ["```", "", "</details>"])
