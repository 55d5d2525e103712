"""Items in columns, and links between neighbouring columns: in which order, and how high each item is. Pure.

Items are numbers, and their order in the columns that are given decides where nothing else does.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from itertools import pairwise
from math import fsum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Columns = tuple[tuple[int, ...], ...]

SWEEPS = 12
"""How often the order is taken from one neighbour to the next: more than what changes anything in graphs like ours."""
MOVES = 24
"""How often all items are moved towards what they are linked to."""


class Link(NamedTuple):
    """A line from an item to one of the next column, how far below the middle of each it ends, and its weight."""

    source: int
    target: int
    source_offset: float = 0.0
    target_offset: float = 0.0
    weight: float = 1.0


def ordered(columns: Columns, links: Sequence[Link]) -> Columns:
    """Order each column so that few links cross.

    The barycenter method from the left, from the right, and so on, and after each sweep neighbours change places as
    long as that helps: Gansner et al. (1993), https://doi.org/10.1109/32.221135.
    """
    before, after = _neighbours(links)
    best, fewest = columns, crossings(columns, links)
    known = columns
    for sweep in range(SWEEPS):
        if fewest == 0:
            break
        known = _swept(known, before if sweep % 2 == 0 else after, backwards=sweep % 2 == 1)
        known = _swapped(known, before, after)
        if (count := crossings(known, links)) < fewest:
            best, fewest = known, count
    return best


def crossings(columns: Columns, links: Iterable[Link]) -> int:
    """Count how often links cross: for each pair of columns, the links that end above one that began above them."""
    ranks = _ranks(columns)
    column = {item: number for number, items in enumerate(columns) for item in items}
    ends: dict[int, list[tuple[int, int]]] = {}
    for link in links:
        ends.setdefault(column[link.source], []).append((ranks[link.source], ranks[link.target]))
    total = 0
    for pairs in ends.values():
        seen: list[int] = []
        for _, target in sorted(pairs):
            total += len(seen) - bisect_right(seen, target)
            insort(seen, target)
    return total


def placed(columns: Columns, heights: Mapping[int, float], links: Sequence[Link]) -> dict[int, float]:
    """Return the middle of each item so that links are as level as they can be; none is nearer than heights allow."""
    middles = {}
    for column in columns:
        top = -fsum(heights[item] for item in column) / 2
        for item in column:
            middles[item] = top + heights[item] / 2
            top += heights[item]
    for move in range(MOVES):
        backwards = move % 2 == 1
        sides = ("source", "target") if move >= MOVES - 2 else ("target",) if not backwards else ("source",)
        wishes = _pulling(links, sides)
        for column in reversed(columns) if backwards else columns:
            wished = [_wish(item, wishes, middles) for item in column]
            middles |= zip(column, _apart(wished, [heights[item] for item in column]), strict=True)
    return middles


def _neighbours(links: Iterable[Link]) -> tuple[dict[int, list[int]], dict[int, list[int]]]:
    before: dict[int, list[int]] = {}
    after: dict[int, list[int]] = {}
    for link in links:
        before.setdefault(link.target, []).append(link.source)
        after.setdefault(link.source, []).append(link.target)
    return before, after


def _ranks(columns: Columns) -> dict[int, int]:
    return {item: rank for items in columns for rank, item in enumerate(items)}


def _swept(columns: Columns, neighbours: Mapping[int, list[int]], *, backwards: bool) -> Columns:
    """Sort each column by the mean place of its items' neighbours, which are sorted already; others stay about."""
    swept = list(columns)
    share = {item: (rank + 0.5) / len(items) for items in columns for rank, item in enumerate(items)}
    for number in reversed(range(len(swept))) if backwards else range(len(swept)):
        items = swept[number]
        means = {}
        for item in items:
            near = neighbours.get(item)
            means[item] = fsum(share[one] for one in near) / len(near) if near else share[item]
        swept[number] = tuple(sorted(items, key=means.__getitem__))
        share |= {item: (rank + 0.5) / len(items) for rank, item in enumerate(swept[number])}
    return tuple(swept)


def _swapped(columns: Columns, before: Mapping[int, list[int]], after: Mapping[int, list[int]]) -> Columns:
    """Let neighbours in a column change places wherever fewer links cross then."""
    swapped = [list(column) for column in columns]
    ranks = _ranks(columns)
    for _ in range(SWEEPS):
        changed = False
        for column in swapped:
            for rank in range(len(column) - 1):
                upper, lower = column[rank], column[rank + 1]
                sides = [(_places(upper, near, ranks), _places(lower, near, ranks)) for near in (before, after)]
                if sum(_crossed(one, other) - _crossed(other, one) for one, other in sides) > 0:
                    column[rank], column[rank + 1] = lower, upper
                    ranks[lower], ranks[upper] = rank, rank + 1
                    changed = True
        if not changed:
            break
    return tuple(map(tuple, swapped))


def _places(item: int, near: Mapping[int, list[int]], ranks: Mapping[int, int]) -> list[int]:
    return sorted(ranks[other] for other in near.get(item, ()))


def _crossed(upper: Sequence[int], lower: Sequence[int]) -> int:
    """Count how often links to these places cross, of an item and of one below it."""
    return sum(len(upper) - bisect_right(upper, place) for place in lower)


def _pulling(links: Iterable[Link], sides: Iterable[str]) -> dict[int, list[tuple[int, float, float]]]:
    """Return for each item what it is linked to, how far below the middle of that it would be level, and the weight.

    `sides` says which ends of links are moved: "target" is pulled from the left, "source" from the right.
    """
    pulling: dict[int, list[tuple[int, float, float]]] = {}
    for source, target, source_offset, target_offset, weight in links:
        level = source_offset - target_offset
        if "target" in sides:
            pulling.setdefault(target, []).append((source, level, weight))
        if "source" in sides:
            pulling.setdefault(source, []).append((target, -level, weight))
    return pulling


def _wish(
    item: int, pulling: Mapping[int, list[tuple[int, float, float]]], middles: Mapping[int, float]
) -> tuple[float, float]:
    """Return where an item would be, and how much that weighs."""
    pulls = pulling.get(item)
    if not pulls:
        return middles[item], 0.1
    mass = fsum(weight for _, _, weight in pulls)
    return fsum((middles[other] + level) * weight for other, level, weight in pulls) / mass, mass


def _apart(wished: Sequence[tuple[float, float]], heights: Sequence[float]) -> list[float]:
    """Return the middles nearest to those wished, by squares, that keep order and heights.

    Without the heights below each it is isotonic regression, which pools what would be out of order:
    https://en.wikipedia.org/wiki/Isotonic_regression
    """
    offsets = [0.0]
    for above, below in pairwise(heights):
        offsets.append(offsets[-1] + (above + below) / 2)
    pools: list[tuple[float, float, int]] = []
    for (middle, weight), offset in zip(wished, offsets, strict=False):
        value, mass, count = middle - offset, weight, 1
        while pools and pools[-1][0] > value:
            other, more, many = pools.pop()
            value = (value * mass + other * more) / (mass + more)
            mass, count = mass + more, count + many
        pools.append((value, mass, count))
    values = [value for value, _, count in pools for _ in range(count)]
    return [value + offset for value, offset in zip(values, offsets, strict=False)]
