"""How a picture of a graph looks: sizes of letters, and colors for a light and a dark page."""

from __future__ import annotations

from typing import NamedTuple

HEADING, TITLE, SMALL, CAPTION = 20.0, 15.0, 12.0, 11.0
SIZES = {"heading": HEADING, "title": TITLE, "detail": SMALL, "label": SMALL, "caption": CAPTION}
BOLD = frozenset({"heading", "title"})
FONT = 'system-ui,-apple-system,"Segoe UI","Helvetica Neue",Arial,sans-serif'


class Palette(NamedTuple):
    """Colors of a page, of text and lines on it, and of the inside and the border of each kind of box.

    Text is told from what is behind it at 4.5 to 1 at least, borders at 3 to 1: https://www.w3.org/TR/WCAG22/.
    """

    ground: str
    text: str
    quiet: str
    line: str
    marked: str
    boxes: dict[str, tuple[str, str]]


LIGHT = Palette(
    ground="#ffffff",
    text="#1f2328",
    quiet="#57606a",
    line="#6e7781",
    marked="#bc4c00",
    boxes={
        "outside": ("#ffffff", "#6e7781"),
        "way-in": ("#f1f3f5", "#57606a"),
        "application": ("#e3f1fd", "#0969da"),
        "job": ("#f5edfd", "#8250df"),
        "guard": ("#e0f6f5", "#1b7c83"),
        "store": ("#e2f6e6", "#1a7f37"),
        "copy": ("#eefaf0", "#1a7f37"),
        "watch": ("#fdf4d5", "#9a6700"),
    },
)
DARK = Palette(
    ground="#0d1117",
    text="#e6edf3",
    quiet="#9198a1",
    line="#7d8590",
    marked="#f0883e",
    boxes={
        "outside": ("#0d1117", "#7d8590"),
        "way-in": ("#1b2129", "#9198a1"),
        "application": ("#0f2440", "#4493f8"),
        "job": ("#231a3b", "#ab7df8"),
        "guard": ("#0b2a2d", "#39b0b8"),
        "store": ("#0f2a17", "#3fb950"),
        "copy": ("#0d2014", "#3fb950"),
        "watch": ("#2b220c", "#d29922"),
    },
)


def css() -> str:
    """Return the style sheet: what is light unless the reader's system is dark."""
    sizes = "".join(
        f".{name}{{font-size:{size:g}px{';font-weight:600' if name in BOLD else ''}}}\n" for name, size in SIZES.items()
    )
    return (
        f"text{{font-family:{FONT}}}\n{sizes}.quiet{{font-size:{SMALL:g}px}}\n"
        ".line{fill:none;stroke-width:1.4}\n.watches .line{stroke-dasharray:2 4}\nrect{stroke-width:1.4}\n"
        ".external .box{stroke-dasharray:6 4}\n.marked .box{stroke-width:3.5}\n"
        f"{_colors(LIGHT)}@media (prefers-color-scheme:dark){{\n{_colors(DARK)}}}\n"
    )


def _colors(palette: Palette) -> str:
    boxes = "".join(
        f".{kind} rect{{fill:{inside};stroke:{border}}}\n" for kind, (inside, border) in palette.boxes.items()
    )
    return (
        f"text{{fill:{palette.text}}}\n.quiet,.caption,.label{{fill:{palette.quiet}}}\n"
        f"rect.ground{{fill:{palette.ground};stroke:none}}\n"
        f".line{{stroke:{palette.line}}}\n.head{{fill:{palette.line}}}\n{boxes}"
        f".marked rect{{stroke:{palette.marked}}}\n"
    )
