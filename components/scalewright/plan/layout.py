"""A drawing of boxes in columns, and of lines from left to right between them that cross no box and no text. Pure.

The method of Sugiyama, Tagawa and Toda (1981), https://doi.org/10.1109/TSMC.1981.4308636, without its first step: the
column of each box is given, so that the same noun is at the same place in every picture. A line that passes a column
has a slot of its own in it, and a label lies in a slot, so that nothing can overlap.

Ours because no library that is well kept does this in Python: Graphviz is a program to install, networkx knows neither
sizes of boxes nor routes of lines, grandalf has rested since January 2023, and younger ones are compiled code in its
first year. And a picture that is committed must come out the same, whichever version of a library is there.
"""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from scalewright.plan import layers

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PORTS = 22.0
"""How far apart lines end on the side of a box that is high enough for it."""
CORNER = 10.0
"""How near to a corner of a box a line may end."""
ROOM, ROOMIEST, LANE = 32.0, 160.0, 1.2
"""What is left between columns for lines to change their height, at least, at most, and for each line."""
BASE = 4.0
"""How far above the end of its slot the line below a label runs."""
BARE = 8.0
"""Height of the slot of a line without a label."""
AROUND_BOX, AROUND_SLOT = 12.0, 4.0
"""What is left free above and below each."""


class Vertex(NamedTuple):
    """A box to place: the tier that it is in, counted from the left, and its size.

    All boxes of a tier become as wide as the widest of them.
    """

    name: str
    tier: int
    width: float
    height: float


class Arc(NamedTuple):
    """A line to draw between boxes of two tiers, from left to right, and the size of its label (0 for none)."""

    source: str
    target: str
    width: float = 0.0
    height: float = 0.0


class Box(NamedTuple):
    """Where something is, by its upper left corner."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Its right side."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """Its lower side."""
        return self.y + self.height


class Point(NamedTuple):
    """A point of a line."""

    x: float
    y: float


class Route(NamedTuple):
    """A line: its points are, by turns, the ends of a curve between two columns and of a straight piece through one."""

    points: tuple[Point, ...]
    label: Box | None


class Drawing(NamedTuple):
    """Where everything is, from 0 to the right and downwards."""

    boxes: Mapping[str, Box]
    routes: tuple[Route, ...]
    width: float
    height: float


class _Item(NamedTuple):
    """Something in a column: a box, or the slot of an arc, through which its line runs `anchor` below the middle."""

    column: int
    width: float
    height: float
    margin: float
    anchor: float | None = None


class _Step(NamedTuple):
    """From which height to which a line leads between two columns, and the item that it comes to."""

    start: float
    end: float
    item: int


def layout(vertices: Sequence[Vertex], arcs: Sequence[Arc]) -> Drawing:
    """Place boxes and lines; the same input always gives the same drawing.

    Raises ValueError for an arc that does not lead to a later tier.
    """
    items, chains = _items(vertices, arcs)
    columns, links = _ordered(items, chains)
    middles = layers.placed(columns, {number: one.height + 2 * one.margin for number, one in enumerate(items)}, links)
    tops = {number: middles[number] - one.height / 2 for number, one in enumerate(items)}
    highest = min(tops.values(), default=0.0)
    spans = _spans(items, columns, links)
    boxes = [
        Box(spans[one.column][0], tops[number] - highest, spans[one.column][1] - spans[one.column][0], one.height)
        for number, one in enumerate(items)
    ]
    ends = {
        (one.source, one.target): _Step(
            middles[one.source] + one.source_offset - highest,
            middles[one.target] + one.target_offset - highest,
            one.target,
        )
        for one in links
    }
    routes = [
        _route(arc, [ends[pair] for pair in pairwise(chain)], boxes[chain[0]], boxes)
        for arc, chain in zip(arcs, chains, strict=True)
    ]
    named = {vertex.name: box for vertex, box in zip(vertices, boxes, strict=False)}
    width = spans[-1][1] if spans else 0.0
    return Drawing(named, tuple(routes), width, max((box.bottom for box in boxes), default=0.0))


def _items(vertices: Sequence[Vertex], arcs: Sequence[Arc]) -> tuple[list[_Item], list[list[int]]]:
    """Return all items, boxes first, and those that each arc leads through. Between two tiers is a column of slots."""
    tiers = sorted({vertex.tier for vertex in vertices})
    column = {tier: 2 * rank for rank, tier in enumerate(tiers)}
    numbers = {vertex.name: number for number, vertex in enumerate(vertices)}
    items = [_Item(column[one.tier], one.width, one.height, AROUND_BOX) for one in vertices]
    chains = []
    for arc in arcs:
        source, target = numbers[arc.source], numbers[arc.target]
        if items[source].column >= items[target].column:
            raise ValueError(f"{arc.source} is not left of {arc.target}, to which a line leads from it")
        chain = [source]
        for number in range(items[source].column + 1, items[target].column):
            chain.append(len(items))
            items.append(_slot(number, arc, is_labelled=number == items[source].column + 1))
        chains.append([*chain, target])
    return items, chains


def _slot(column: int, arc: Arc, *, is_labelled: bool) -> _Item:
    if not is_labelled or not arc.height:
        return _Item(column, 0.0, BARE, AROUND_SLOT, 0.0)
    height = arc.height + 2 * BASE
    return _Item(column, arc.width, height, AROUND_SLOT, height / 2 - BASE)


def _ordered(items: Sequence[_Item], chains: Sequence[Sequence[int]]) -> tuple[layers.Columns, list[layers.Link]]:
    """Return the columns in their order, and each step of each arc with the heights at which it ends."""
    count = max((item.column for item in items), default=-1) + 1
    steps = [pair for chain in chains for pair in pairwise(chain)]
    given: list[list[int]] = [[] for _ in range(count)]
    for number, item in enumerate(items):
        given[item.column].append(number)
    columns = layers.ordered(tuple(map(tuple, given)), [layers.Link(*step) for step in steps])
    ranks = {number: rank for column in columns for rank, number in enumerate(column)}
    leaving, coming = _ports(items, steps, ranks), _ports(items, [(b, a) for a, b in steps], ranks)
    return columns, [layers.Link(a, b, leaving[a, b], coming[b, a], _weight(items[a], items[b])) for a, b in steps]


def _weight(source: _Item, target: _Item) -> float:
    """Return how much it matters that a step is level: most between slots, where nothing explains a bend."""
    return (1.0, 2.0, 8.0)[(source.anchor is not None) + (target.anchor is not None)]


def _ports(
    items: Sequence[_Item], steps: Sequence[tuple[int, int]], ranks: Mapping[int, int]
) -> dict[tuple[int, int], float]:
    """Return for each step how far below the middle of its first item it ends there: in the order of the others."""
    others: dict[int, list[int]] = {}
    for item, other in steps:
        others.setdefault(item, []).append(other)
    ports = {}
    for item, found in others.items():
        anchor, height = items[item].anchor, items[item].height
        apart = min(PORTS, (height - 2 * CORNER) / max(len(found) - 1, 1))
        for rank, other in enumerate(sorted(found, key=ranks.__getitem__)):
            ports[item, other] = (rank - (len(found) - 1) / 2) * apart if anchor is None else anchor
    return ports


def _spans(items: Sequence[_Item], columns: layers.Columns, links: Sequence[layers.Link]) -> list[tuple[float, float]]:
    """Return where each column begins and ends."""
    lines = Counter(items[link.target].column for link in links)
    spans: list[tuple[float, float]] = []
    for number, column in enumerate(columns):
        room = min(max(ROOM, LANE * lines[number]), ROOMIEST)
        left = spans[-1][1] + room if spans else 0.0
        spans.append((left, left + max((items[number].width for number in column), default=0.0)))
    return spans


def _route(arc: Arc, steps: Sequence[_Step], source: Box, boxes: Sequence[Box]) -> Route:
    points = []
    right = source.right
    for step in steps:
        box = boxes[step.item]
        points += [Point(right, step.start), Point(box.x, step.end)]
        right = box.right
    slot = boxes[steps[0].item]
    return Route(tuple(points), Box(slot.x, slot.y, arc.width, arc.height) if arc.height else None)
