"""Anybody's texts in lines and in Markdown: not too long, and nothing in them a mark, a mention or a reference. Pure.

https://github.github.com/gfm/; that GitHub links people and issues where they are named:
https://docs.github.com/en/get-started/writing-on-github/working-with-advanced-formatting/autolinked-references-and-urls
"""

from __future__ import annotations

import re

LONGEST = 300
"""Characters of a text beyond which the rest is left out."""
#: What moves the cursor, ends a line or turns the direction of reading, and what no file can hold.
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
#: Marks, and what makes a mention of a name or a reference of a number.
_MARKS = re.compile(r"[\\`*\[\]<>|~$&]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|(?P<before>@(?=[A-Za-z0-9])|#(?=[0-9]))")
#: Between two backticks nothing else is a mark; in a table a pipe is one even there.
_HARMLESS = re.compile(r"[^\s`|\\]([^`|\\]*[^\s`|\\])?")


def flat(text: str, longest: int = LONGEST) -> str:
    """Return a text in one line, with what is not seen written as JSON writes it."""
    text = text if len(text) <= longest else f"{text[:longest]}..."
    return _UNSEEN.sub(lambda one: f"\\u{ord(one[0]):04x}", text)


def plain(text: str, longest: int = LONGEST) -> str:
    """Return a text as Markdown shows it anywhere, in a table too."""
    return _MARKS.sub(
        lambda one: f"{one[0]}&#8203;" if one["before"] else f"&#{ord(one[0])};", flat(" ".join(text.split()), longest)
    )


def code(text: str, longest: int = LONGEST) -> str:
    """Return a name or a value as code, anywhere; nothing for an empty one."""
    text = flat(text, longest)
    if not text or _HARMLESS.fullmatch(text):
        return f"`{text}`" if text else ""
    escaped = re.sub(r"[^A-Za-z0-9 .:,=()-]", lambda one: f"&#{ord(one[0])};", text)
    return f"<code>{escaped}</code>"


def visible(text: str) -> str:
    """Return a text of lines, with what else is not seen written as JSON writes it."""
    return _UNSEEN.sub(lambda one: one[0] if one[0] in "\n\t" else f"\\u{ord(one[0]):04x}", text)
