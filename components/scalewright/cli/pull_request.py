"""The changes of an environment on Kubernetes as Markdown, for the description or a comment of a pull request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright.cli import markdown
from scalewright.cli.blocks import Block, fitted
from scalewright.cli.changes import counts, is_grave
from scalewright.plan.markdown import code, plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.cli.comparison import Answer
    from scalewright.cli.findings import Judged

#: What gets its room before what.
HEAD, GRAVEST, FOUND, OBJECTS, PROPERTIES = range(5)


def page(answer: Answer) -> str:
    """Return a page: what to think twice about, what changes, what it takes, and the properties behind a fold."""
    where = f"`scalewright preview {answer.environment}`"
    return fitted(list(_blocks(answer, where)), markdown.MOST, markdown.no_room(where))


def _blocks(answer: Answer, where: str) -> Iterator[Block]:
    changes = [one for one in answer.comparison.changes if one.action != "unchanged"]
    title = f"### {code(answer.environment)} against {code(answer.against)}"
    yield markdown.heading(HEAD, title, "", f"{counts(answer.comparison)}.")
    notes = [f"Note: {plain(note, markdown.LONG)}." for note in answer.notes]
    yield markdown.items(HEAD, notes, where, [""])
    grave = [f"**{markdown.called(one)}**: {markdown.worst(one)}." for one in changes if is_grave(one)]
    yield markdown.alert(GRAVEST, "CAUTION", grave, where)
    yield markdown.objects(OBJECTS, changes, where)
    yield markdown.totals(OBJECTS, answer.comparison.totals, where)
    yield _findings(answer.judged, where)
    yield markdown.properties(PROPERTIES, changes, where)


def _findings(found: Judged, where: str) -> Block:
    lines = [f"**Rule {code(one.rule)} failed: {plain(one.reason)}**" for one in found.report.failures]
    for one in found.news.new:
        level = f"**{one.level}**" if one.level == "mandatory" else one.level
        lines.append(f"{level} {markdown.told(one)}")
    return markdown.items(FOUND, lines, where, ["", "New findings:" if found.against_old else "Findings:", ""])
