"""Anybody's texts within Markdown, as a reader of Markdown shows them."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from scalewright.plan.markdown import code, flat, plain

READER = MarkdownIt("commonmark").enable("table")
PIECES = (*"a Z0_*`|\\<>[]()!#@~$&;:\"'-=\n\r\t\u2028\u202e\x00", "<!--", "-->", "</td>", "```", "&lt;", "a_b")
NASTY = st.lists(st.sampled_from(PIECES), max_size=30).map("".join)


class Shown(HTMLParser):
    """The text of HTML, and the tags in it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text, self.tags = "", set[str]()
        self.feed(html)
        self.close()

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_starttag(self, tag: str, _attributes: object) -> None:
        self.tags.add(tag)


@settings(max_examples=500, deadline=None, derandomize=True)
@given(NASTY)
def test_a_text_is_shown_as_it_is_in_a_table(text: str) -> None:
    table = f"| a | b |\n|---|---|\n| {plain(text)} | c |\n"
    shown = Shown(READER.render(table))
    assert shown.tags <= {"table", "thead", "tbody", "tr", "th", "td"}
    assert shown.text.replace("\u200b", "").split() == ["a", "b", *flat(" ".join(text.split())).split(), "c"]


@settings(max_examples=500, deadline=None, derandomize=True)
@given(NASTY)
def test_a_name_is_shown_as_code_as_it_is_in_a_table(text: str) -> None:
    shown = Shown(READER.render(f"| a | b |\n|---|---|\n| {code(text)} | c |\n"))
    assert shown.tags <= {"table", "thead", "tbody", "tr", "th", "td", "code"}
    assert shown.text.split() == ["a", "b", *flat(text).split(), "c"]


@pytest.mark.parametrize("text", ["@acme/owners", "see #12", "me@example.com"])
def test_nobody_is_mentioned_and_no_issue_is_referred_to(text: str) -> None:
    written = plain(text)
    assert not re.search(r"[@#][A-Za-z0-9]", written.replace("&#8203;", "\u200b"))
    assert unescape(written).replace("\u200b", "") == text


def test_what_is_not_seen_is_written_down_and_what_is_long_is_cut() -> None:
    assert flat("a\nb\u202ec\x00") == "a\\u000ab\\u202ec\\u0000"
    assert flat("x" * 1000) == "x" * 300 + "..."
    assert code("") == ""
