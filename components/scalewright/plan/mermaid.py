"""A graph as text of Mermaid, which GitHub and others draw where it stands in Markdown. Pure.

https://mermaid.js.org/syntax/flowchart.html; colors are left to the page, which may be light or dark.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scalewright.plan.lettering import shortened

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from scalewright.plan.nodes import Edge, Graph, Kind, Node

#: What stands around a label: its shape.
SHAPES: dict[Kind, tuple[str, str]] = {
    "outside": ("([", "])"),
    "way in": ("{{", "}}"),
    "application": ("[", "]"),
    "job": ("[/", "/]"),
    "guard": ("[[", "]]"),
    "store": ("[(", ")]"),
    "copy": ("[(", ")]"),
    "watch": ("(", ")"),
}
LONGEST = 36
"""How many characters of a text are shown."""
#: More than this Mermaid does not draw where its page does not say otherwise: GitHub does not.
#: https://mermaid.js.org/config/schema-docs/config.html
MOST_EDGES, MOST_CHARACTERS = 500, 50_000
#: What means nothing to Mermaid, to Markdown or to HTML; all else is written by its number.
PLAIN = re.compile(r"[\w /.,:%-]", re.ASCII)


def mermaid(graph: Graph, marked: Collection[str] = ()) -> str:
    """Write a graph as a flowchart; the nodes whose names are in `marked` are shown as changed."""
    lines = [
        "flowchart LR",
        f"    accTitle: {_plain(graph.title)}",
        f"    accDescr: {_plain(_summary(graph))}",
        *(f"    {_node(node, is_marked=node.name in marked)}" for node in graph.nodes),
        *(f"    {_edge(edge)}" for edge in graph.edges),
        *(f"    {line}" for line in _classes(graph, marked)),
    ]
    return "\n".join(lines) + "\n"


def is_drawn(graph: Graph, text: str) -> bool:
    """Whether Mermaid draws a graph of this size."""
    return len(graph.edges) <= MOST_EDGES and len(text) <= MOST_CHARACTERS


def markdown(graph: Graph, marked: Collection[str] = ()) -> str:
    """Write a graph as a block of Markdown."""
    return f"```mermaid\n{mermaid(graph, marked)}```\n"


def identifier(name: str) -> str:
    """Return what Mermaid knows a node by: its name, in characters that mean nothing to it.

    A full stop becomes one underscore and a hyphen two. No part of a name begins or ends with a hyphen, so that two
    names never become one.
    """
    return name.replace("-", "__").replace(".", "_")


def _summary(graph: Graph) -> str:
    return (
        f"{len(graph.nodes)} parts of a backend on platform {graph.platform} and {len(graph.edges)} ways between them"
    )


def _node(node: Node, *, is_marked: bool) -> str:
    before, after = SHAPES[node.kind]
    caption = f"{node.caption}, changed" if is_marked else node.caption
    return f"{identifier(node.name)}{before}{_text((caption, node.title, *node.lines))}{after}"


def _edge(edge: Edge) -> str:
    arrow = "-.->" if edge.watches else "-->"
    label = f"|{_text(edge.does)}|" if edge.does else ""
    return f"{identifier(edge.source)} {arrow}{label} {identifier(edge.target)}"


def _classes(graph: Graph, marked: Collection[str]) -> Iterator[str]:
    classes = {
        "external": ("stroke-dasharray:6 4", [node.name for node in graph.nodes if node.external]),
        "changed": ("stroke:#bc4c00,stroke-width:4px", [node.name for node in graph.nodes if node.name in marked]),
    }
    for name, (style, nodes) in classes.items():
        if nodes:
            yield f"classDef {name} {style}"
            yield f"class {','.join(map(identifier, nodes))} {name}"


def _text(lines: Collection[str]) -> str:
    return f'"{"<br/>".join(_escaped(shortened(line, LONGEST)) for line in lines)}"'


def _escaped(text: str) -> str:
    return "".join(one if PLAIN.fullmatch(one) or one.isalpha() else f"#{ord(one)};" for one in text)


def _plain(text: str) -> str:
    """Return a text for a line that knows neither quotes nor numbers of characters."""
    return re.sub(r"[^\w .,-]", " ", text)
