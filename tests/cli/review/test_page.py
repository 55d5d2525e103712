"""The page of a review: all of it, in one file that loads nothing."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

from tests.cli.review.reviews import changed, finding, resource, review, side, total

from scalewright.cli.review.page import page
from scalewright.declaration import Backend, Postgres
from scalewright.plan.graph import graph

NASTY = "</pre><script>alert(1)</script>\"'&<img src=x onerror=y>\u202e"
VOID = {"meta", "rect", "path", "br", "img", "link", "input"}


class Read(HTMLParser):
    """The text of a page, its tags with their attributes, and what is not closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text = ""
        self.tags: list[tuple[str, dict[str, Any]]] = []
        self.opened: list[str] = []
        self.feed(html)
        self.close()

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.opened.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.opened.pop() == tag


def nasty() -> Read:
    drawn = [graph(Backend(name="shop", postgres=Postgres(instances=one)), "prod") for one in (1, 2)]
    before = side(resource("ConfigMap", NASTY, data={"k": "x"}), graph=drawn[0], sums=(total(NASTY, 10, 20),))
    after = side(
        resource("ConfigMap", NASTY, data={"k": NASTY}),
        resource("ConfigMap", "new", data={"k": NASTY}),
        findings=(finding(NASTY, message=NASTY, remedy=NASTY, path=NASTY, file=NASTY),),
        graph=drawn[1],
        sums=(total(NASTY, 50, 20),),
        declared={"postgres": {"instances": 2}},
    )
    text = page(review(changed(before, after), base=NASTY, notes=(NASTY,)))
    assert "\u202e" not in text
    text.encode()
    return Read(text)


def test_nothing_in_a_change_becomes_a_part_of_the_page() -> None:
    found = nasty()
    assert not found.opened
    names = {tag for tag, _ in found.tags}
    assert not names & {"script", "img", "link", "iframe", "object", "form"}
    assert not [one for _, attributes in found.tags for one in attributes if one.startswith("on")]
    assert "<script>alert(1)</script>" in found.text


def test_it_loads_nothing_and_forbids_it() -> None:
    found = nasty()
    links = [value for _, one in found.tags for name, value in one.items() if name in ("src", "href", "srcset", "data")]
    assert links
    assert all(re.match(r"#|https://", one) for one in links)
    policy = next(one["content"] for _, one in found.tags if one.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none';")
    assert "url(" not in found.text
    assert "@import" not in found.text


def test_every_property_is_there_in_full_and_so_is_what_is_new() -> None:
    before, after = ("\n".join(f"{side} line {number}" for number in range(500)) for side in ("old", "new"))
    found = Read(
        page(
            review(
                changed(
                    side(
                        resource("ConfigMap", "a", data={"k": before}), resource("ConfigMap", "gone", data={"x": "was"})
                    ),
                    side(
                        resource("ConfigMap", "a", data={"k": after}), resource("ConfigMap", "come", data={"x": "is"})
                    ),
                )
            )
        )
    ).text
    assert before in found
    assert after in found
    assert "data:\n  x: was\n" in found
    assert "data:\n  x: is\n" in found


def test_every_sum_and_every_finding_is_there_and_the_graph_is_marked() -> None:
    drawn = [
        graph(Backend(name="shop", platform="kubernetes", image="shop:1", postgres=Postgres(storage=one)), "prod")
        for one in ("1Gi", "2Gi")
    ]
    before = side(
        findings=(finding("old", "advisory", message="as ever"),), sums=(total("same", 10, 20),), graph=drawn[0]
    )
    after = before.model_copy(update={"graph": drawn[1]})
    html = page(review(changed(before, after)))
    found = Read(html)
    assert "as ever" in found.text
    assert "same: 10 of 20, fits" in re.sub(r"\s+", " ", found.text)
    assert 'class="node store marked" data-name="postgres"' in html
    assert {"light", "dark"} <= set(re.findall(r"\w+", re.search(r"color-scheme:([^}]*)}", html)[1]))  # type: ignore[index]
