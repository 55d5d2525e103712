"""Records of what a backend is made of, and of who talks to whom."""

from __future__ import annotations

from typing import Literal, TypeAlias

from scalewright.plan.records import Record

Kind: TypeAlias = Literal["outside", "way in", "application", "job", "guard", "store", "copy", "watch"]
"""What a node is to the others.

Clients, the gateway, what runs the application's code all the time, what runs it once, what stands before a store
(poolers, sentinels), what holds data, further copies of that, and what measures.
"""


class Node(Record):
    """A noun of a backend, or a part of one that runs by itself.

    Attributes:
        name: The path of its setting in the declaration, such as `services.orders`; nothing else has the same.
        kind: What it is to the others.
        title: What a reader calls it.
        caption: What it is, in a word or two.
        fewest: How many of it there are at least; None for what is not counted.
        most: And at most.
        unit: What is counted.
        scaled_by: What moves the number between the two.
        details: What else is worth knowing, a line each.
        external: Whether somebody else runs it.
    """

    name: str
    kind: Kind
    title: str
    caption: str
    fewest: int | None = None
    most: int | None = None
    unit: str = "replica"
    scaled_by: tuple[str, ...] = ()
    details: tuple[str, ...] = ()
    external: bool = False

    @property
    def bounds(self) -> str:
        """How many of it there are, in words; empty for what is not counted."""
        if self.fewest is None or self.most is None:
            return ""
        number = str(self.most) if self.fewest == self.most else f"{self.fewest} to {self.most}"
        return f"{number} {self.unit}{'' if self.most == 1 else 's'}"

    @property
    def lines(self) -> tuple[str, ...]:
        """All that is said of it below its title."""
        return tuple(line for line in (self.bounds, *self.scaled_by, *self.details) if line)


class Edge(Record):
    """What one node does with another: each of `does` is a verb, and perhaps with what."""

    source: str
    target: str
    does: tuple[str, ...]
    watches: bool = False
    """Whether it only looks, so that nothing depends on it."""


class Graph(Record):
    """A backend as one environment has it."""

    backend: str
    environment: str
    platform: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]

    @property
    def title(self) -> str:
        """What it is a picture of."""
        return f"{self.backend} in {self.environment}"

    @property
    def description(self) -> str:
        """All of it in sentences, for who does not see the picture."""
        titles = {node.name: f"{node.title} ({node.caption})" for node in self.nodes}
        parts = (": ".join((titles[node.name], ", ".join(node.lines))).removesuffix(": ") for node in self.nodes)
        verbs = (f"{titles[edge.source]} to {titles[edge.target]}: {', '.join(edge.does)}" for edge in self.edges)
        return " ".join(f"{sentence}." for sentence in (*parts, *verbs)) or "Nothing is declared."
