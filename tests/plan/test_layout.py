"""Boxes and lines: nothing overlaps, every line ends at its boxes, and the same input gives the same drawing."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalewright.plan import layers
from scalewright.plan.layers import Link
from scalewright.plan.layout import Arc, Box, Drawing, Vertex, layout

SLACK = 1e-6  # of floating point


def overlap(one: Box, other: Box) -> bool:
    return (
        one.x < other.right - SLACK
        and other.x < one.right - SLACK
        and one.y < other.bottom - SLACK
        and other.y < one.bottom - SLACK
    )


def spans(drawing: Drawing) -> list[tuple[int, Box]]:
    """The room of each piece of each line: both its ends are its lowest and its highest point."""
    return [
        (number, Box(a.x, min(a.y, b.y), b.x - a.x, abs(b.y - a.y)))
        for number, route in enumerate(drawing.routes)
        for a, b in zip(route.points, route.points[1:], strict=False)
    ]


@st.composite
def graphs(draw: st.DrawFn) -> tuple[list[Vertex], list[Arc]]:
    count = draw(st.integers(2, 12))
    sizes = st.floats(10, 200)
    vertices = [Vertex(str(n), draw(st.integers(0, 5)), draw(sizes), draw(sizes)) for n in range(count)]
    pairs = [(a.name, b.name) for a in vertices for b in vertices if a.tier < b.tier]
    chosen = draw(st.lists(st.sampled_from(pairs), max_size=20)) if pairs else []
    return vertices, [Arc(a, b, *draw(st.sampled_from([(0.0, 0.0), (70.0, 16.0), (30.0, 48.0)]))) for a, b in chosen]


@given(graphs())
def test_no_box_and_no_label_overlaps_another(graph: tuple[list[Vertex], list[Arc]]) -> None:
    drawing = layout(*graph)
    labels = [route.label for route in drawing.routes if route.label]
    for one, other in combinations([*drawing.boxes.values(), *labels], 2):
        assert not overlap(one, other)


@given(graphs())
def test_no_line_crosses_a_box_or_a_label(graph: tuple[list[Vertex], list[Arc]]) -> None:
    drawing = layout(*graph)
    for _, span in spans(drawing):
        thick = Box(span.x, span.y, span.width, max(span.height, 2 * SLACK))
        for box in drawing.boxes.values():
            assert not overlap(thick, box)
        for route in drawing.routes:
            assert route.label is None or not overlap(thick, route.label)


@given(graphs())
def test_every_line_leads_from_the_right_side_of_its_source_to_the_left_side_of_its_target(
    graph: tuple[list[Vertex], list[Arc]],
) -> None:
    vertices, arcs = graph
    drawing = layout(vertices, arcs)
    for arc, route in zip(arcs, drawing.routes, strict=True):
        source, target = drawing.boxes[arc.source], drawing.boxes[arc.target]
        first, last = route.points[0], route.points[-1]
        assert first.x == source.right
        assert source.y <= first.y <= source.bottom
        assert last.x == target.x
        assert target.y <= last.y <= target.bottom
        assert [point.x for point in route.points] == sorted(point.x for point in route.points)


@given(graphs())
def test_everything_is_within_the_drawing_and_as_large_as_asked(graph: tuple[list[Vertex], list[Arc]]) -> None:
    vertices, arcs = graph
    drawing = layout(vertices, arcs)
    assert drawing == layout(vertices, arcs)
    for vertex in vertices:
        box = drawing.boxes[vertex.name]
        assert box.width >= vertex.width - SLACK
        assert box.height == vertex.height
    labels = [route.label for route in drawing.routes if route.label]
    for one in (*drawing.boxes.values(), *labels):
        assert one.x >= 0
        assert one.y >= -SLACK
        assert one.right <= drawing.width + SLACK
        assert one.bottom <= drawing.height + SLACK


def test_a_line_to_the_left_is_refused() -> None:
    vertices = [Vertex("a", 0, 10, 10), Vertex("b", 1, 10, 10)]
    with pytest.raises(ValueError, match="b is not left of a"):
        layout(vertices, [Arc("b", "a")])


def test_nothing_is_a_drawing_without_size() -> None:
    assert layout([], []) == Drawing({}, (), 0.0, 0.0)


def test_a_chain_of_boxes_of_one_height_is_level() -> None:
    vertices = [Vertex(name, tier, 50, 40) for tier, name in enumerate("abc")]
    drawing = layout(vertices, [Arc("a", "b"), Arc("b", "c")])
    assert len({box.y for box in drawing.boxes.values()}) == 1
    assert len({round(point.y, 6) for route in drawing.routes for point in route.points}) == 1


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(5, 9)), max_size=15, unique=True))
def test_crossings_are_those_that_one_can_count(pairs: list[tuple[int, int]]) -> None:
    columns = (tuple(range(5)), tuple(range(5, 10)))
    counted = sum((a - c) * (b - d) < 0 for (a, b), (c, d) in combinations(pairs, 2))
    links = [Link(*pair) for pair in pairs]
    assert layers.crossings(columns, links) == counted
    better = layers.ordered(columns, links)
    assert [sorted(column) for column in better] == [sorted(column) for column in columns]
    assert layers.crossings(better, links) <= counted


def test_lines_that_need_not_cross_do_not() -> None:
    columns = (tuple(range(6)), tuple(range(6, 12)))
    links = [Link(number, 11 - number) for number in range(6)]
    assert layers.crossings(columns, links) == 15
    assert layers.crossings(layers.ordered(columns, links), links) == 0


def test_neighbours_change_places_where_the_means_alone_leave_a_crossing() -> None:
    columns = (tuple(range(4)), tuple(range(4, 8)), tuple(range(8, 12)))
    left = [(0, 5), (1, 6), (2, 4), (3, 5), (3, 6)]
    right = [(4, 8), (4, 9), (5, 9), (5, 10), (6, 10), (7, 9)]
    links = [Link(*pair) for pair in (*left, *right)]
    assert layers.crossings(layers.ordered(columns, links), links) == 0


def test_many_lines_have_more_room_to_change_their_height() -> None:
    vertices = [Vertex(f"{side}{number}", side, 10, 10) for side in (0, 1) for number in range(9)]
    few = layout(vertices, [Arc("00", "10")])
    many = layout(vertices, [Arc(f"0{a}", f"1{b}") for a in range(9) for b in range(9)])
    assert many.width > few.width
