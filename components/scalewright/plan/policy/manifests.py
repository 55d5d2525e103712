"""Manifests of anybody, read into what rules judge; what is wrong with them is told with file and line. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pydantic import ConfigDict

from scalewright.declaration.errors import Mistake
from scalewright.plan.policy.events import Document, documents, lines
from scalewright.plan.policy.subject import Source, Subject, nearest

if TYPE_CHECKING:
    from collections.abc import Iterator

_LIST = "List"
#: JSON writes what is beyond 16 bits as two halves, which YAML knows as one: https://www.rfc-editor.org/rfc/rfc8259#section-7
_ESCAPED = re.compile(r"\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})|\\.")


@dataclass
class Manifests:
    """What a file holds: objects in the order in which they stand, and all that is wrong."""

    subjects: list[Subject] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)


class _Places:
    """The lines of all properties of a document, looked for when somebody asks: nobody does of most."""

    def __init__(self, document: Document) -> None:
        self._text, self._first = document.text, document.line

    @cached_property
    def lines(self) -> dict[str, int]:
        """By path."""
        return lines(self._text, self._first)


class _Written(Source):
    """Where an object is written."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    places: _Places
    above: str
    """The path of the object in its document, where that is a list of objects."""

    def at(self, path: str) -> int:
        """Return the line of a property, or of the nearest that holds it."""
        return nearest(self.places.lines, f"{self.above}{path}") or self.line


def read(text: str, file: str) -> Manifests:
    """Read a file: several documents, lists of objects, and anchors are what many hold."""
    found = Manifests()
    if text.lstrip().startswith("{"):
        text = _ESCAPED.sub(_whole, text)
    for document in documents(text):
        wrong = [Mistake("", None, one.bound, one.remedy, file, one.line, one.column) for one in document.wrong]
        found.mistakes += wrong
        if document.data is None or wrong:
            continue
        places = _Places(document)
        for value, above in _objects(document.data, ""):
            line = nearest(places.lines, above[:-1]) or document.line if above else document.line
            if isinstance(value, dict) and _is_text(value.get("kind")) and _is_text(value.get("apiVersion")):
                source = _Written(file=file, line=line, places=places, above=above)
                found.subjects.append(Subject(value, source=source))
            else:
                found.mistakes.append(_no_object(value, file, line))
    return found


def _whole(halves: re.Match[str]) -> str:
    """Return one character that JSON writes as two, as YAML writes it; any other that is written so stays."""
    if halves[1] is None:
        return halves[0]
    return f"\\U{0x10000 + (int(halves[1], 16) - 0xD800) * 0x400 + int(halves[2], 16) - 0xDC00:08X}"


def _objects(value: Any, above: str) -> Iterator[tuple[Any, str]]:
    """Yield the objects of a document, and the path of each: a list of objects is none itself.

    Those of a list of one kind need not say theirs:
    https://kubernetes.io/docs/reference/using-api/api-concepts/#collections
    """
    if isinstance(value, dict) and str(value.get("kind", "")).endswith(_LIST) and isinstance(value.get("items"), list):
        kind, version = str(value["kind"]).removesuffix(_LIST), value.get("apiVersion")
        for index, one in enumerate(value["items"]):
            known = {"apiVersion": version, "kind": kind, **one} if kind and isinstance(one, dict) else one
            yield from _objects(known, f"{above}items[{index}].")
    else:
        yield value, above


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _no_object(value: Any, file: str, line: int) -> Mistake:
    bound = "a document must be an object of Kubernetes, with apiVersion and kind"
    if not isinstance(value, dict):
        bound += f", and this is {'a list' if isinstance(value, list) else 'a single value'}"
    return Mistake("", None, bound, "Take the document out, or name a folder that holds manifests only", file, line)
