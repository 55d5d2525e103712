"""Reads the documents of a YAML file as kubectl does, from the events of libyaml. Pure.

Not by a loader: those recurse in C, so that some thousand brackets end the process, and they take dates and numbers
with colons for what kubectl takes as texts. Ten megabytes, which Helm may well make, take some seconds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import yaml
from yaml import events

from scalewright.plan.collector import uncollected

if TYPE_CHECKING:
    from collections.abc import Callable

MOST = 1_000_000
"""How many values a document may hold, each alias counted as all that it stands for: aliases of aliases double."""
DEEPEST = 200
"""How far values may hold one another; what an API server takes is far flatter."""

#: https://yaml.org/type/, and what kubectl's library makes of it.
_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("~", "null", "Null", "NULL", "")),
    **dict.fromkeys(("true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON"), True),
    **dict.fromkeys(("false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF"), False),
}
_WHOLE = re.compile(r"[-+]?(?:0b[01_]+|0x[0-9a-fA-F_]+|0o?[0-7_]*|[1-9][0-9_]*)")
_FRACTION = re.compile(r"[-+]?(?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9][0-9_]*)(?:[eE][-+]?[0-9]+)?|[-+]?\.inf|\.nan")
_NUMERIC = frozenset("0123456789+-.")
_MERGE = "<<"
_HELM = "If it is a chart, have it rendered first: helm template CHART | scalewright check --manifests -"
_TAG = "tag:yaml.org,2002:"
_SCALARS = frozenset({None, "!", *(f"{_TAG}{kind}" for kind in ("str", "null", "bool", "int", "float", "timestamp"))})
_HOLDERS = frozenset({None, "!", f"{_TAG}map", f"{_TAG}seq"})
_TEXTS = frozenset({"!", f"{_TAG}str"})
_PLAIN = re.compile(r"[\w-]+")


class Wrong(NamedTuple):
    """What is wrong with a document, and where."""

    bound: str
    remedy: str
    line: int | None = None
    column: int | None = None


@dataclass
class Document:
    """One document of a file."""

    data: Any = None
    line: int = 1
    text: str = ""
    """Its lines; the first of them is `line`."""
    wrong: list[Wrong] = field(default_factory=list)


def documents(text: str) -> list[Document]:
    """Return the documents of a file; after one that cannot be read at all, no others are looked for."""
    found: list[Document] = []
    try:
        with uncollected():
            loader = yaml.CSafeLoader(text)
            while loader.check_event():
                if isinstance(loader.get_event(), events.DocumentStartEvent):
                    found.append(Document())
                    _fill(found[-1], loader, text)
    except _HopelessError as hopeless:
        found[-1].wrong.append(hopeless.wrong._replace(remedy=_HELM) if "{{" in text else hopeless.wrong)
    except yaml.MarkedYAMLError as error:
        found.append(Document(wrong=[_syntax(error, text)]))
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        reason = f"the character {error.character:#x} must not be in YAML"
        found.append(Document(wrong=[Wrong(f"the YAML cannot be read: {reason}", "Take it out", line)]))
    return found


def lines(document: str, first: int) -> dict[str, int]:
    """Return the line of every property of a document by its path, where the document begins with a given line."""
    found: dict[str, int] = {}
    builder = _Builder([], found)
    loader = yaml.CSafeLoader(document)
    while loader.check_event():
        builder.take(loader.get_event())
    return {path: line + first - 1 for path, line in found.items()}


def _fill(document: Document, loader: Any, text: str) -> None:
    """Read a document to its end."""
    builder = _Builder(document.wrong)
    event: Any = loader.get_event()
    begin: int = event.start_mark.index - event.start_mark.column
    document.line = event.start_mark.line + 1
    while type(event) is not events.DocumentEndEvent:
        builder.take(event)
        event = loader.get_event()
    end: Any = event.start_mark
    document.text = text[begin : end.index]
    document.data = builder.root


def _syntax(error: yaml.MarkedYAMLError, text: str) -> Wrong:
    mark = error.problem_mark or error.context_mark
    reason = ", ".join(filter(None, (error.context, error.problem)))
    remedy = _HELM if "{{" in text else "Correct it there or just before"
    return Wrong(f"the YAML cannot be read: {reason}", remedy, *((mark.line + 1, mark.column + 1) if mark else ()))


class _HopelessError(Exception):
    """A document of which nothing more can be said."""

    def __init__(self, bound: str, remedy: str, mark: Any) -> None:
        self.wrong = Wrong(bound, remedy, mark.line + 1, mark.column + 1)


class _Holder:
    """A mapping or a list that is being read."""

    __slots__ = ("anchor", "is_mapping", "key", "keys", "merged", "path", "size", "value")

    def __init__(self, value: Any, anchor: str | None, path: str) -> None:
        self.value = value
        self.is_mapping = isinstance(value, dict)
        self.anchor = anchor
        self.path = path
        self.size = 1
        self.key: str | None = None
        self.keys: dict[str, int] = {}
        """Of a mapping, the lines of its keys."""
        self.merged: list[Any] = []


class _Builder:
    """Makes plain data of events, one at a time."""

    def __init__(self, wrong: list[Wrong], lines: dict[str, int] | None = None) -> None:
        self.root: Any = None
        self._wrong = wrong
        self._lines = lines
        self._open: list[_Holder] = []
        self._anchors: dict[str, tuple[Any, int]] = {}

    def take(self, event: Any) -> None:
        """Take the next event of a document."""
        if take := self._TAKES.get(type(event)):
            take(self, event)

    def _scalar(self, event: Any) -> None:
        text: str = event.value
        tag = event.tag
        if tag is not None and tag not in _SCALARS:
            self._refuse(event, f"the tag {tag} must not be used", "Write plain YAML")
        holder = self._open[-1] if self._open else None
        if holder is not None and holder.is_mapping and holder.key is None:
            self._key(text, event)
            return
        plain = event.implicit[0] or (tag is not None and tag not in _TEXTS)
        value = _resolved(text) if plain else text
        if event.anchor:
            self._anchors[event.anchor] = value, 1
        self._add(value, 1, event)

    def _key(self, text: str, event: Any) -> None:
        holder = self._open[-1]
        line = event.start_mark.line + 1
        if text in holder.keys and text != _MERGE:
            bound = f"the key {text[:80]!r} must appear only once, and is already in line {holder.keys[text]}"
            self._refuse(event, bound, "Keep one of the two")
        holder.key = text
        holder.keys[text] = line

    def _begin(self, event: Any) -> None:
        if event.tag not in _HOLDERS:
            self._refuse(event, f"the tag {event.tag} must not be used", "Write plain YAML")
        if len(self._open) == DEEPEST:
            raise _HopelessError(
                f"values must not hold one another more than {DEEPEST} deep", "Flatten it", event.start_mark
            )
        path = ""
        if self._open:
            if self._awaits_key(self._open[-1]):
                raise _HopelessError("a key must be text", "Write it as text", event.start_mark)
            path = self._path(self._open[-1]) if self._lines is not None else ""
        value: Any = {} if type(event) is events.MappingStartEvent else []
        self._open.append(_Holder(value, event.anchor, path))
        if self._lines is not None and path:
            self._lines.setdefault(path, event.start_mark.line + 1)

    def _end(self, event: Any) -> None:
        holder = self._open.pop()
        for one in holder.merged:  # what is written out goes before what is merged, and that before the next
            for key, value in one.items():
                holder.value.setdefault(key, value)
        if holder.anchor:
            self._anchors[holder.anchor] = holder.value, holder.size
        self._add(holder.value, holder.size, event)

    def _alias(self, event: Any) -> None:
        if event.anchor not in self._anchors:
            bound = f"the alias *{event.anchor} must stand for something that ends before it"
            raise _HopelessError(bound, "Write the value out", event.start_mark)
        if self._open and self._awaits_key(self._open[-1]):
            self._key(str(self._anchors[event.anchor][0]), event)
        else:
            self._add(*self._anchors[event.anchor], event)

    def _add(self, value: Any, size: int, event: Any) -> None:
        if not self._open:
            self.root = value
            return
        holder = self._open[-1]
        holder.size += size
        if holder.size > MOST:
            bound = f"a document must hold at most {MOST:,} values, an alias counted as all that it stands for"
            raise _HopelessError(bound, "Split it, or use fewer aliases", event.start_mark)
        if self._lines is not None:
            line = event.start_mark.line + 1 if holder.key is None else holder.keys[holder.key]
            self._lines[self._path(holder)] = min(line, self._lines.get(self._path(holder), line))
        if holder.key is None:
            holder.value.append(value)
            return
        if holder.key == _MERGE:
            self._merge(holder, value, event)
        else:
            holder.value[holder.key] = value
        holder.key = None

    def _merge(self, holder: _Holder, value: Any, event: Any) -> None:
        given = value if isinstance(value, list) else [value]
        if all(isinstance(one, dict) for one in given):
            holder.merged += given
        else:
            self._refuse(event, "what is merged must be a mapping, or a list of mappings", "Write the values out")

    @staticmethod
    def _awaits_key(holder: _Holder) -> bool:
        return holder.is_mapping and holder.key is None

    @staticmethod
    def _path(holder: _Holder) -> str:
        """Return the path of the value that comes next."""
        if not holder.is_mapping:
            return f"{holder.path}[{len(holder.value)}]"
        key = holder.key or ""
        step = f".{key}" if _PLAIN.fullmatch(key) else f'["{key}"]'
        return f"{holder.path}{step}".removeprefix(".")

    def _refuse(self, event: Any, bound: str, remedy: str) -> None:
        self._wrong.append(Wrong(bound, remedy, event.start_mark.line + 1, event.start_mark.column + 1))

    _TAKES: ClassVar[dict[type, Callable[[_Builder, Any], None]]] = {
        events.ScalarEvent: _scalar,
        events.MappingStartEvent: _begin,
        events.SequenceStartEvent: _begin,
        events.MappingEndEvent: _end,
        events.SequenceEndEvent: _end,
        events.AliasEvent: _alias,
    }


def _resolved(text: str) -> Any:
    """Return what a plain scalar stands for."""
    if not text or text[0] not in _NUMERIC:
        return _WORDS.get(text, text)
    digits = text.replace("_", "")
    try:
        if _WHOLE.fullmatch(text):
            octal = digits.lstrip("+-").isdigit() and digits.lstrip("+-").startswith("0")
            return int(digits, 8 if octal else 0)
        return float(digits.replace(".inf", "inf").replace(".nan", "nan")) if _FRACTION.fullmatch(text) else text
    except ValueError:  # such as a number of thousands of digits
        return text
