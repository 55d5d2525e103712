"""A graph as a picture in SVG that needs nothing else: no font, no style sheet, no script; light and dark. Pure.

https://www.w3.org/TR/SVG2/; title and description, for who does not see it: https://www.w3.org/TR/svg-aam-1.0/.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from scalewright.plan import svg_style
from scalewright.plan.layout import Arc, Box, Point, Vertex, layout
from scalewright.plan.lettering import shortened, width

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from scalewright.plan.layout import Route
    from scalewright.plan.nodes import Edge, Graph, Kind, Node

#: Columns from the left: who asks is before who answers.
TIERS: dict[Kind, int] = {
    "outside": 0,
    "way in": 1,
    "watch": 1,
    "application": 2,
    "job": 2,
    "guard": 3,
    "store": 4,
    "copy": 5,
}
FRAME = 24.0
"""What is left free around everything."""
HEAD = 60.0
"""Height of the heading."""
PAD = 12.0
"""What is left free within a box, at its sides."""
LEADING = 16.0
"""From one line of text to the next."""
PORT = 14.0
"""How high a box is at least for each line that ends at it."""
BEHIND = 4.0
"""How far the second of several replicas looks out from behind the first."""
LONGEST = 36
"""How many characters of a text are shown; its box has all of them as a title."""
ARROW, HALF = 8.0, 4.0
"""Length of the head of an arrow, and half of its height."""


def svg(graph: Graph, marked: Collection[str] = ()) -> str:
    """Draw a graph; the nodes whose names are in `marked` are shown as changed. The same graph gives the same bytes."""
    leaving, coming = Counter(edge.source for edge in graph.edges), Counter(edge.target for edge in graph.edges)
    drawing = layout(
        [
            _vertex(node, max(leaving[node.name], coming[node.name]), is_marked=node.name in marked)
            for node in graph.nodes
        ],
        [_arc(edge) for edge in graph.edges],
    )
    heading = _heading(graph, is_marked=any(node.name in marked for node in graph.nodes))
    inner = max(drawing.width + BEHIND, *(width(text, size, bold=True) for text, size in heading))
    across, down = _number(inner + 2 * FRAME), _number(drawing.height + BEHIND + HEAD + 2 * FRAME)
    name = re.sub(r"[^A-Za-z0-9_.-]", "-", f"{graph.backend}-{graph.environment}")  # a page may hold several
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{across}" height="{down}" viewBox="0 0 {across} {down}" '
        f'role="img" aria-labelledby="{name}-title {name}-description">',
        f'<title id="{name}-title">{escape(graph.title)}</title>',
        f'<desc id="{name}-description">{escape(graph.description)}</desc>',
        f"<style>\n{svg_style.css()}</style>",
        f'<rect class="ground" width="{across}" height="{down}"/>',
        f'<g transform="translate({_number(FRAME)} {_number(FRAME)})">',
        *_written_heading(heading),
        f'<g transform="translate(0 {_number(HEAD)})">',
        *(line for edge, route in zip(graph.edges, drawing.routes, strict=True) for line in _line(edge, route)),
        *(line for node in graph.nodes for line in _box(node, drawing.boxes[node.name], is_marked=node.name in marked)),
        "</g>",
        "</g>",
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _heading(graph: Graph, *, is_marked: bool) -> list[tuple[str, float]]:
    below = f"Platform {graph.platform}. "
    if not graph.nodes:
        below += "Nothing is declared. "
    if any(node.external for node in graph.nodes):
        below += "Dashed: run by somebody else. "
    if is_marked:
        below += "Thick: changed. "
    return [(graph.title, svg_style.HEADING), (below.strip(), svg_style.SMALL)]


def _written_heading(heading: list[tuple[str, float]]) -> Iterator[str]:
    (title, size), (below, small) = heading
    yield f'<text class="heading" y="{_number(size)}">{escape(title)}</text>'
    yield f'<text class="quiet" y="{_number(size + small + 10)}">{escape(below)}</text>'


def _texts(node: Node, *, is_marked: bool) -> list[tuple[str, str]]:
    """Return the lines of a box, each with its class."""
    caption = f"{node.caption}, changed" if is_marked else node.caption
    lines = [(caption, "caption"), (node.title, "title"), *((line, "detail") for line in node.lines)]
    return [(shortened(text, LONGEST), style) for text, style in lines]


def _vertex(node: Node, ends: int, *, is_marked: bool) -> Vertex:
    texts = _texts(node, is_marked=is_marked)
    across = max(width(text, svg_style.SIZES[style], bold=style in svg_style.BOLD) for text, style in texts)
    high = max(len(texts) * LEADING + 2 * PAD - 4, ends * PORT + 2 * PAD)
    return Vertex(node.name, TIERS[node.kind], across + 2 * PAD, high)


def _arc(edge: Edge) -> Arc:
    lines = _label(edge)
    across = max((width(text, svg_style.SMALL) for text in lines), default=0.0)
    return Arc(edge.source, edge.target, across, len(lines) * LEADING)


def _label(edge: Edge) -> list[str]:
    return [shortened(text, LONGEST) for text in edge.does]


def _box(node: Node, box: Box, *, is_marked: bool) -> Iterator[str]:
    style = " ".join(
        (
            "node",
            node.kind.replace(" ", "-"),
            *(["external"] if node.external else []),
            *(["marked"] if is_marked else []),
        )
    )
    everything = "\n".join((f"{node.title}, {node.caption}", *node.lines))
    yield f'<g class="{style}" data-name={quoteattr(node.name)}>'
    yield f"<title>{escape(everything)}</title>"
    if (node.most or 0) > 1:
        yield _rect(Box(box.x + BEHIND, box.y + BEHIND, box.width, box.height), "behind")
    yield _rect(box, "box")
    for number, (text, kind) in enumerate(_texts(node, is_marked=is_marked)):
        y = box.y + PAD + (number + 0.6) * LEADING
        yield f'<text class="{kind}" x="{_number(box.x + PAD)}" y="{_number(y)}">{escape(text)}</text>'
    yield "</g>"


def _rect(box: Box, style: str) -> str:
    x, y, across, down = map(_number, (box.x, box.y, box.width, box.height))
    return f'<rect class="{style}" x="{x}" y="{y}" width="{across}" height="{down}" rx="6"/>'


def _line(edge: Edge, route: Route) -> Iterator[str]:
    style = "edge watches" if edge.watches else "edge"
    yield f'<g class="{style}" data-source={quoteattr(edge.source)} data-target={quoteattr(edge.target)}>'
    yield f"<title>{escape(', '.join(edge.does))}</title>"
    yield f'<path class="line" d="{_path(route.points)}"/>'
    tip = route.points[-1]
    x, y, back = map(_number, (tip.x, tip.y, tip.x - ARROW))
    yield f'<path class="head" d="M{x} {y}L{back} {_number(tip.y - HALF)}L{back} {_number(tip.y + HALF)}Z"/>'
    if route.label:
        for number, text in enumerate(_label(edge)):
            y = _number(route.label.y + (number + 0.8) * LEADING)
            yield f'<text class="label" x="{_number(route.label.x)}" y="{y}">{escape(text)}</text>'
    yield "</g>"


def _path(points: tuple[Point, ...]) -> str:
    """Draw curves between columns and straight pieces through them; the head of the arrow covers the end."""
    path = f"M{_number(points[0].x)} {_number(points[0].y)}"
    last = Point(points[-1].x - ARROW + 1, points[-1].y)
    for number, (a, b) in enumerate(zip(points, (*points[1:-1], last), strict=False)):
        end = f"{_number(b.x)} {_number(b.y)}"
        if number % 2 or _number(a.y) == _number(b.y):
            path += f"L{end}"
        else:
            middle = _number((a.x + b.x) / 2)
            path += f"C{middle} {_number(a.y)} {middle} {_number(b.y)} {end}"
    return path


def _number(value: float) -> str:
    return f"{round(value, 1) + 0.0:.1f}".removesuffix(".0")
