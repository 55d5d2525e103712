"""Manifests as YAML, written by ourselves: a library in pure Python took most of the time of a render. Pure.

What YAML 1.1 and 1.2 read alike, and no more of it: kubectl still reads 1.1, where `on` is a boolean. Texts are plain
where they can be nothing else, else quoted as in JSON, which YAML contains: https://yaml.org/spec/1.2.2/
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Texts that no reader takes for something else, but for these words.
PLAIN = re.compile(r"[A-Za-z/][A-Za-z0-9_./@:-]*[A-Za-z0-9_/-]|[A-Za-z/]")
WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
#: Characters that JSON has as they are and YAML must escape (section 5.1), or breaks lines at.
UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
#: Texts of lines that need no hints about where they begin and end.
LITERAL = re.compile(r"[^\s](?:[^\r\n]*[^\s])?(?:\n+[^\r\n]*[^\s])+\n?|[^\s](?:[^\r\n]*[^\s])?\n")


def text(value: dict[str, Any]) -> str:
    """Write a mapping of what JSON can hold, in the order that it has."""
    return "".join(f"{line}\n" for line in _block(value, ""))


def _block(value: dict[str, Any] | list[Any], indent: str) -> Iterator[str]:
    if isinstance(value, dict):
        for key, one in value.items():
            # A list in a mapping is not indented, as kubectl and most people write it.
            yield from _entry(
                f"{indent}{_scalar(key)}:", one, indent, indent if isinstance(one, list) else f"{indent}  "
            )
        return
    for one in value:
        if one and isinstance(one, dict | list):
            first, *rest = _block(one, f"{indent}  ")
            yield f"{indent}- {first.lstrip(' ')}"
            yield from rest
        else:
            yield from _entry(f"{indent}-", one, indent, indent)


def _entry(head: str, value: Any, indent: str, inner: str) -> Iterator[str]:
    if value and isinstance(value, dict | list):
        yield head
        yield from _block(value, inner)
    elif isinstance(value, str) and LITERAL.fullmatch(value) and not UNPRINTABLE.search(value):
        yield f"{head} |" if value.endswith("\n") else f"{head} |-"
        yield from (line and f"{indent}  {line}" for line in value.removesuffix("\n").split("\n"))
    else:
        yield f"{head} {_scalar(value)}"


def _scalar(value: Any) -> str:
    if isinstance(value, str) and PLAIN.fullmatch(value) and value.lower() not in WORDS:
        return value
    return UNPRINTABLE.sub(_escaped, json.dumps(value, ensure_ascii=False))


def _escaped(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"
