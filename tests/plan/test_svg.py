"""A graph as SVG: well-formed, readable in light and dark, nothing on top of anything else, and always the same."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from tests.plan.backends import everything

from scalewright.declaration import Backend, load
from scalewright.plan import svg_style
from scalewright.plan.graph import graph
from scalewright.plan.layout import Box
from scalewright.plan.lettering import width
from scalewright.plan.nodes import Edge, Graph, Node
from scalewright.plan.svg import svg

ROOT = Path(__file__).parents[2]
NAMESPACE = "{http://www.w3.org/2000/svg}"
SIZES = {**svg_style.SIZES, "quiet": svg_style.SMALL}


def parsed(text: str) -> ET.Element:
    return ET.fromstring(text)  # noqa: S314 - written here


def offset(picture: ET.Element) -> tuple[float, float]:
    """How far the boxes are moved by the groups that they are in."""
    moves = [re.findall(r"[\d.]+", group.get("transform", "0 0")) for group in picture.iter(f"{NAMESPACE}g")]
    found = [tuple(map(float, move)) for move in moves if move != ["0", "0"]]
    return sum(x for x, _ in found), sum(y for _, y in found)


def boxes(picture: ET.Element) -> dict[str, Box]:
    found = {}
    for group in picture.iter(f"{NAMESPACE}g"):
        if name := group.get("data-name"):
            rect = next(one for one in group.iter(f"{NAMESPACE}rect") if one.get("class") == "box")
            found[name] = Box(*(float(rect.attrib[key]) for key in ("x", "y", "width", "height")))
    return found


def texts(picture: ET.Element) -> list[tuple[str, Box]]:
    """Every text, and the room that it takes at most, as it stands among the boxes."""
    found = []
    for text in picture.iter(f"{NAMESPACE}text"):
        style = text.attrib["class"]
        if style in ("heading", "quiet"):
            continue
        size = SIZES[style]
        across = width(text.text or "", size, bold=style in svg_style.BOLD)
        x, y = float(text.attrib["x"]), float(text.attrib["y"])
        found.append((text.text or "", Box(x, y - 0.8 * size, across, size)))
    return found


def overlap(one: Box, other: Box) -> bool:
    return one.x < other.right and other.x < one.right and one.y < other.bottom and other.y < one.bottom


@pytest.fixture(scope="module", params=["dev", "local", "prod", "staging", "everything"])
def picture(request: pytest.FixtureRequest) -> ET.Element:
    name = request.param
    backend = everything() if name == "everything" else load(ROOT, name)
    return parsed(svg(graph(backend, name), {"services.orders", "services.end"}))


def test_no_text_lies_on_another_and_each_is_within_its_box_and_the_picture(picture: ET.Element) -> None:
    for (_, one), (_, other) in combinations(texts(picture), 2):
        assert not overlap(one, other)
    across, down = float(picture.attrib["width"]), float(picture.attrib["height"])
    x, y = offset(picture)
    for text, room in texts(picture):
        assert x + room.right <= across, text
        assert y + room.bottom <= down, text
    for group in picture.iter(f"{NAMESPACE}g"):
        if (name := group.get("data-name")) is None:
            continue
        box = boxes(picture)[name]
        for text, room in texts(group):
            assert box.x <= room.x, text
            assert room.right <= box.right, text
            assert box.y <= room.y, text
            assert room.bottom <= box.bottom, text


def test_no_box_lies_on_another_or_on_the_text_of_an_edge(picture: ET.Element) -> None:
    known = boxes(picture)
    labels = [room for group in picture.iter(f"{NAMESPACE}g") if group.get("data-source") for _, room in texts(group)]
    assert known
    for one, other in combinations(known.values(), 2):
        assert not overlap(one, other)
    assert not [label for label in labels for box in known.values() if overlap(label, box)]


def test_every_edge_begins_and_ends_at_its_boxes(picture: ET.Element) -> None:
    known = boxes(picture)
    edges = [group for group in picture.iter(f"{NAMESPACE}g") if group.get("data-source")]
    assert edges
    for group in edges:
        source, target = known[group.attrib["data-source"]], known[group.attrib["data-target"]]
        line, head = (path.attrib["d"] for path in group.iter(f"{NAMESPACE}path"))
        x, y = map(float, re.findall(r"[\d.]+", line)[:2])
        assert abs(x - source.right) < 0.2
        assert source.y <= y <= source.bottom
        x, y = map(float, re.findall(r"[\d.]+", head)[:2])
        assert abs(x - target.x) < 0.2
        assert target.y <= y <= target.bottom


def test_it_is_named_and_described_for_who_does_not_see_it() -> None:
    drawn = graph(load(ROOT, "prod"), "prod")
    picture = parsed(svg(drawn))
    assert picture.attrib["role"] == "img"
    named = [next(one for one in picture if one.get("id") == key) for key in picture.attrib["aria-labelledby"].split()]
    assert [(one.tag, one.text) for one in named] == [
        (f"{NAMESPACE}title", "shop in prod"),
        (f"{NAMESPACE}desc", drawn.description),
    ]


def test_it_holds_no_script_and_nothing_from_elsewhere() -> None:
    text = svg(graph(everything(), "prod"))
    assert {element.tag.removeprefix(NAMESPACE) for element in parsed(text).iter()} == {
        *("svg", "title", "desc", "style", "g", "rect", "path", "text"),
    }
    assert not re.search(r"href|url\(|@import|on\w+=", text.replace(f"xmlns={NAMESPACE[1:-1]}", ""))


def test_names_stand_in_it_as_they_are_and_long_ones_in_full_in_a_title() -> None:
    backend = everything()
    long = "/<&>" + "long" * 20
    service = backend.services["a"].model_copy(update={"routes": [long]})
    picture = parsed(svg(graph(backend.model_copy(update={"services": {"a": service}}), "prod")))
    shown = [text.text for text in picture.iter(f"{NAMESPACE}text") if (text.text or "").startswith("/<&>long")]
    assert len(shown) == 1
    assert "…" in str(shown[0])
    assert long in [title.text for title in picture.iter(f"{NAMESPACE}title")]


def test_what_means_something_to_xml_is_text_wherever_it_stands() -> None:
    odd = "a<b> & \"c\" 'd' ]]>"
    ends = [Node(name=f"{odd}{kind}", kind=kind, title=odd, caption=odd, details=(odd,)) for kind in ("watch", "store")]
    edge = Edge(source=ends[0].name, target=ends[1].name, does=(odd,))
    picture = parsed(svg(Graph(backend=odd, environment=odd, platform=odd, nodes=tuple(ends), edges=(edge,))))
    assert [text.text for text in picture.iter(f"{NAMESPACE}text")].count(odd) == 7
    assert set(boxes(picture)) == {node.name for node in ends}


def test_what_has_changed_is_marked_in_words_too() -> None:
    drawn = graph(load(ROOT, "prod"), "prod")
    plain, marked = svg(drawn), svg(drawn, {"services.orders"})
    assert "changed" not in re.sub("<style>.*</style>", "", plain, flags=re.DOTALL)
    group = next(one for one in parsed(marked).iter(f"{NAMESPACE}g") if one.get("data-name") == "services.orders")
    assert "marked" in group.attrib["class"].split()
    assert "service, changed" in [text.text for text in group.iter(f"{NAMESPACE}text")]
    assert "Thick: changed." in marked


def test_what_somebody_else_runs_is_dashed_and_more_than_one_stands_behind() -> None:
    picture = parsed(svg(graph(load(ROOT, "prod"), "prod")))
    groups = {name: one for one in picture.iter(f"{NAMESPACE}g") if (name := one.get("data-name"))}
    assert [name for name, one in groups.items() if "external" in one.attrib["class"].split()] == [
        "clients",
        "postgres.backups",
    ]
    several = {name for name, one in groups.items() if len(list(one.iter(f"{NAMESPACE}rect"))) == 2}
    assert "services.orders" in several
    assert "services.orders.outbox" not in several


@pytest.mark.parametrize("palette", [svg_style.LIGHT, svg_style.DARK], ids=["light", "dark"])
def test_text_and_borders_stand_out_on_a_light_and_on_a_dark_page(palette: svg_style.Palette) -> None:
    grounds = [palette.ground, *(inside for inside, _ in palette.boxes.values())]
    for ground in grounds:
        assert contrast(palette.text, ground) >= 4.5
        assert contrast(palette.quiet, ground) >= 4.5
    assert contrast(palette.line, palette.ground) >= 3
    assert contrast(palette.marked, palette.ground) >= 3
    assert all(contrast(border, palette.ground) >= 3 for _, border in palette.boxes.values())


def contrast(one: str, other: str) -> float:
    """https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio"""

    def luminance(color: str) -> float:
        parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_both_palettes_know_every_kind() -> None:
    kinds = {node.kind.replace(" ", "-") for node in graph(everything(), "prod").nodes}
    assert kinds == set(svg_style.LIGHT.boxes) == set(svg_style.DARK.boxes)
    assert "@media (prefers-color-scheme:dark)" in svg_style.css()


def test_another_process_and_another_hash_seed_give_the_same_bytes() -> None:
    program = (
        "import sys; from tests.plan.backends import everything; from scalewright.plan.graph import graph;"
        "from scalewright.plan.svg import svg; sys.stdout.write(svg(graph(everything(), 'prod'), {'postgres'}))"
    )
    done = [
        subprocess.run(
            [sys.executable, "-c", program],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONUTF8": "1"},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "4711")
    ]
    assert done[0] == done[1] == svg(graph(everything(), "prod"), {"postgres"}).encode()


def test_nothing_declared_is_a_picture_that_says_so() -> None:
    text = svg(graph(Backend(name="shop"), "local"))
    assert parsed(text).tag == f"{NAMESPACE}svg"
    assert "Platform local. Nothing is declared." in text


def test_the_picture_of_the_manual_is_that_of_production() -> None:
    drawn = svg(graph(load(ROOT, "prod"), "prod"))
    assert (ROOT / "docs" / "graph.svg").read_text() == drawn, "scalewright graph prod -o docs/graph.svg"
