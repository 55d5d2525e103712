"""A review as one page of HTML that needs nothing else: all of it, for whoever keeps it. Pure."""

from __future__ import annotations

import json
from html import escape
from typing import TYPE_CHECKING, Any

from scalewright.cli.changes import GRAVE, MARKS, by_meaning, is_grave, rows_of
from scalewright.cli.review import page_style, words
from scalewright.cli.review.environment import called
from scalewright.cli.review.review import FINE
from scalewright.plan.markdown import visible
from scalewright.plan.svg import svg

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from scalewright.cli.review.environment import Environment
    from scalewright.cli.review.review import Review
    from scalewright.cli.review.sums import Pair
    from scalewright.plan.changes import Change
    from scalewright.plan.policy.report import Finding

#: Nothing is loaded and nothing runs, whatever the change has put into it: https://www.w3.org/TR/CSP3/
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def page(review: Review) -> str:
    """Return the page."""
    title = f"Scalewright: {words.compared(review)}"
    lines = [
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{_text(title)}</title>\n<style>{page_style.css()}</style>\n</head>\n<body>",
        *_head(review, title),
        *(line for one in review.environments for line in _environment(one)),
        "</body>\n</html>",
    ]
    return "\n".join(lines) + "\n"


def _text(text: object) -> str:
    return escape(visible(str(text)))


def _code(text: str) -> str:
    return f"<code>{_text(text)}</code>" if text else ""


def _head(review: Review, title: str) -> Iterator[str]:
    yield f"<h1>{_text(title)}</h1>"
    yield f'<p class="verdict {"good" if review.status == FINE else "bad"}">{_text(words.verdict(review))}.</p>'
    yield from (f"<p>{_text(note)}.</p>" for note in review.notes)
    rows = [
        (
            f'<a href="#{_text(one.name)}">{_text(one.name)}</a>',
            "no plan" if one.mistakes or one.failures else words.objects(one),
            _text(words.all_findings(one) or "none"),
            _text(words.fits(one)),
        )
        for one in review.environments
    ]
    yield from _table(("environment", "objects", "findings", "capacity"), rows)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]], numbers: Iterable[int] = ()) -> Iterator[str]:
    """Yield a table of what is already HTML; nothing where it has no rows."""
    rows, right = list(rows), set(numbers)
    if not rows:
        return
    styles = ['class="number"' * (at in right) for at in range(len(head))]
    yield '<div class="wide"><table><tr>'
    yield "".join(f"<th {style}>{_text(one)}</th>" for style, one in zip(styles, head, strict=True)) + "</tr>"
    for row in rows:
        yield "<tr>" + "".join(f"<td {style}>{one}</td>" for style, one in zip(styles, row, strict=True)) + "</tr>"
    yield "</table></div>"


def _environment(environment: Environment) -> Iterator[str]:
    platform = f" on platform {environment.platform}" if environment.platform else ""
    yield f'<section id="{_text(environment.name)}"><h2>{_text(environment.name)}{_text(platform)}</h2>'
    yield from (f"<p>{_text(note)}.</p>" for note in environment.notes)
    if troubles := (*environment.mistakes, *environment.failures):
        yield f'<ul class="bad">{"".join(f"<li>{_text(one)}</li>" for one in troubles)}</ul>'
    yield from _findings(environment)
    yield from _sums(environment)
    yield from _objects(environment)
    if environment.graph:
        lost = f": without {', '.join(environment.lost)}" if environment.lost else ""
        yield f'<h3>Graph{_text(lost)}</h3><div class="graph wide">{svg(environment.graph, environment.touched)}</div>'
    yield "</section>"


def _findings(environment: Environment) -> Iterator[str]:
    report, told = environment.report, environment.basis == "before"
    rows = [_finding(one, f"{one.level}{', new' * told}", one.remedy) for one in environment.findings.new]
    rows += [_finding(one, f"{one.level}, as before", one.remedy) for one in environment.findings.old]
    rows += [_finding(one, "waived", one.waived) for one in report.waived]
    rows += [_finding(one, "no longer", "") for one in environment.findings.gone]
    for failure in report.failures:
        reason = f"it failed, and judged nothing: {failure.reason}"
        rows.insert(0, (_tag("failed", bad=True), _code(failure.rule), _text(reason), ""))
    if report.rules:
        yield "<h3>Findings</h3>"
        counted = f"{words.counted(report.rules, 'rule')} judged {words.counted(report.objects, 'object')}"
        unknown = ", ".join(f"{count} {kind}" for kind, count in report.unknown.items())
        yield f'<p class="why">{_text(counted)}{_text(f"; no rule knows {unknown}" if unknown else "")}.</p>'
    yield from ('<div class="found">', *_table(("", "of", "what", "remedy"), rows), "</div>")


def _tag(text: str, *, bad: bool) -> str:
    return f'<span class="tag{" bad" if bad else ""}">{_text(text)}</span>'


def _finding(one: Finding, state: str, remedy: str) -> tuple[str, str, str, str]:
    where = " ".join(f"<br>{_code(each)}" for each in (one.path, one.place) if each)
    what = f'{_text(one.message)}<br><span class="why">{_text(one.title)} ({_text(one.rule)}, {one.severity})</span>'
    return _tag(state, bad=state.startswith("mandatory")), f"{_code(one.subject)}{where}", what, _text(remedy)


def _sums(environment: Environment) -> Iterator[str]:
    if environment.sums:
        yield "<h3>Capacity at most replicas</h3>"
    first = environment.sums_to_tell
    for one in (*first, *(one for one in environment.sums if one not in first)):
        style = "bad" if one.breaks else "good"
        fits = "does not fit" if one.breaks else "fits" if one.after else "is gone"
        before = f"{words.of_bound(one.before)} → " if one.differs and environment.basis == "before" else ""
        told = " open" if one in first else ""
        yield f"<details{told}><summary>{_text(one.name)}: {_text(before + words.of_bound(one.after))}, "
        yield f'<span class="{style}">{fits}</span></summary><div class="inner">'
        yield "".join(_line(mark, text) for mark, text in words.lines(_shown(one, environment)))
        yield "".join(f"<p>{_text(line)}</p>" for line in _of_bound(one))
        yield "</div></details>"
    yield from (f'<p class="why">In no sum: {_text(one)}.</p>' for one in environment.unsummed)


def _shown(one: Pair, environment: Environment) -> Pair:
    return one if environment.basis in ("before", "gone") else one.model_copy(update={"before": one.after})


def _line(mark: str, text: str) -> str:
    name = {"-": "del", "+": "ins"}.get(mark, "div")
    return f"<{name}>{_code(text)}</{name}>"


def _of_bound(one: Pair) -> Iterator[str]:
    if one.after:
        total, bound = words.amount(one.after.total), words.amount(one.after.bound)
        yield f"{total} {one.after.unit} of {bound}: {one.after.bound_from}"
        yield from (f"Not in this sum: {sentence}" for sentence in one.after.unknown)
        yield from (f"Enough by itself: {remedy}" for remedy in one.after.remedies)


def _objects(environment: Environment) -> Iterator[str]:
    head = ("", "before", "after", "difference")
    totals = ([_text(one.strip()) for one in row] for row in rows_of(environment.comparison.totals))
    if table := list(_table(head, totals, (1, 2, 3))):
        yield from ("<h3>What it takes</h3>", *table)
    if environment.changes:
        yield f"<h3>Objects: {_text(words.objects(environment))}</h3>"
        if left_out := words.scope(environment):
            yield f'<p class="why">{_text(left_out)}.</p>'
    for change in environment.changes:
        yield from _change(change, environment)


def _change(change: Change, environment: Environment) -> Iterator[str]:
    style = ' class="bad"' if is_grave(change) and environment.basis != "gone" else ""
    mark = f"{MARKS[change.action]} " if environment.basis in ("before", "gone") else ""
    opened = " open" if change.fields else ""
    yield f"<details{opened}><summary{style}>{mark}{_text(change.kind)} <b>{_text(change.name)}</b></summary>"
    yield '<div class="inner">'
    for fields, meaning in by_meaning(change):
        for one in fields:
            yield _code(one.path)
            yield from (
                f"<{name}>{_value(each)}</{name}>"
                for name, each in (("del", one.before), ("ins", one.after))
                if each is not None
            )
        if meaning and (environment.basis in ("before", "gone")):
            grave = ' class="bad"' if meaning.effect in GRAVE else ' class="why"'
            source = f' (<a href="{_text(meaning.source)}">source</a>)' if meaning.source.startswith("https://") else ""
            yield f"<p{grave}>{_text(meaning.text)}{source}</p>"
    if manifest := environment.manifests.get(called(change.kind, change.name, change.namespace)):
        yield f"<pre>{_text(manifest)}</pre>"
    yield "</div></details>"


def _value(value: Any) -> str:
    text = (
        value if isinstance(value, str) and value else json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True)
    )
    return _code(text)
