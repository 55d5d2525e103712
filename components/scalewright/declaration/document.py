"""Reads a YAML file into plain data that remembers where everything stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from scalewright.declaration.errors import Mistake, Mistakes

if TYPE_CHECKING:
    from pathlib import Path as FilePath

    from ruamel.yaml.nodes import Node

    from scalewright.declaration.problem import Path

MOST_NODES = 10_000
"""How many values a file may hold, each alias counted as often as it is used: aliases of aliases double and double."""

Position = tuple[int, int]
_TAG = "tag:yaml.org,2002:"
_TAGS = frozenset(f"{_TAG}{kind}" for kind in ("map", "seq", "str", "null", "bool", "int", "float", "timestamp"))


@dataclass
class Document:
    """The content of a YAML file: mappings, lists, text, numbers, true, false and null."""

    file: str
    """Its name for messages, relative to the project."""
    data: Any = None
    positions: dict[Path, Position] = field(default_factory=dict)
    """Line and column, counted from 1, of every key of a mapping and item of a list."""
    mistakes: list[Mistake] = field(default_factory=list)
    """What is wrong with it as YAML, although the rest can be read."""

    def mistake(self, bound: str, remedy: str, position: Position | None) -> Mistake:
        """A mistake about the file itself."""
        line, column = position or (None, None)
        return Mistake("", None, bound, remedy, self.file, line, column)


def read(path: FilePath, name: str) -> Document:
    """Read the file; raises `Mistakes` where it cannot be read as YAML at all."""
    document = Document(name)
    text = _text(path, document)
    # Only who reads a stack file pays for this import: the declaration itself needs no YAML.
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        node = YAML(typ="safe", pure=True).compose(text)
        if node is not None:
            document.data = _Reader(document).plain(node, (), ())
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        position = (mark.line + 1, mark.column + 1) if mark else None
        reason = ", ".join(filter(None, (error.context, error.problem)))
        raise Mistakes([_syntax(document, reason, position)]) from None
    except RecursionError:
        raise Mistakes([_syntax(document, "it is nested too deeply", None)]) from None
    except YAMLError as error:
        position = _at(text, error.position) if hasattr(error, "position") else None
        reason = getattr(error, "reason", str(error).splitlines()[0])
        raise Mistakes([_syntax(document, reason, position)]) from None
    return document


def _text(path: FilePath, document: Document) -> str:
    try:
        raw = path.read_bytes()
        return raw.decode("utf-8-sig")
    except OSError as error:
        raise Mistakes(
            [document.mistake(f"the file cannot be read: {error.strerror}", "Make it readable", None)]
        ) from None
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8-sig", errors="replace")
        bound = f"the file must be text in UTF-8, and its byte {error.start + 1} ({raw[error.start]:#04x}) is not"
        raise Mistakes([document.mistake(bound, "Save it as UTF-8", _at(before, len(before)))]) from None


def _at(text: str, index: int) -> Position:
    before = text[:index]
    return before.count("\n") + 1, index - (before.rfind("\n") + 1) + 1


def _syntax(document: Document, reason: str, position: Position | None) -> Mistake:
    return document.mistake(f"the YAML cannot be read: {reason}", "Correct it there or just before", position)


@dataclass
class _Reader:
    """Turns the nodes of YAML into plain data; aliases are followed, other tricks are refused."""

    document: Document
    nodes: int = 0

    def plain(self, node: Node, path: Path, within: tuple[Node, ...]) -> Any:
        from ruamel.yaml.nodes import MappingNode, SequenceNode

        self.nodes += 1
        if self.nodes > MOST_NODES:
            raise self._too_many(path)
        if any(node is outer for outer in within):
            self._refuse(node, "an alias must not lead back to what holds it", "Write the value out")
            return None
        if node.tag not in _TAGS:
            self._refuse(node, f"the tag {node.tag} must not be used", "Write plain YAML")
            return None
        if isinstance(node, MappingNode):
            return self._mapping(node, path, (*within, node))
        if isinstance(node, SequenceNode):
            return self._sequence(node, path, (*within, node))
        return _scalar(node)

    def _mapping(self, node: Node, path: Path, within: tuple[Node, ...]) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = key_node.value
            if key_node.tag != f"{_TAG}str":
                remedy = "Write the settings out" if key == "<<" else "Put it in quotes"
                self._refuse(key_node, f"the key {_short(key)} must be text", remedy)
            elif key in mapping:
                first = self.document.positions[(*path, key)][0]
                bound = f"the key {_short(key)} must appear only once, and is already in line {first}"
                self._refuse(key_node, bound, "Keep one of the two")
            else:
                self.document.positions[(*path, key)] = _position(key_node)
                mapping[key] = self.plain(value_node, (*path, key), within)
        return mapping

    def _sequence(self, node: Node, path: Path, within: tuple[Node, ...]) -> list[Any]:
        items = []
        for index, item in enumerate(node.value):
            self.document.positions[(*path, index)] = _position(item)
            items.append(self.plain(item, (*path, index), within))
        return items

    def _too_many(self, path: Path) -> Mistakes:
        # An alias stands below what it stands for, so the lowest place on the way is that of the outermost alias.
        lowest = max(self.document.positions[path[:end]] for end in range(1, len(path) + 1))
        bound = f"the file must hold at most {MOST_NODES} values, an alias counted as all that it stands for"
        return Mistakes([self.document.mistake(bound, "Take values out, or use fewer aliases", lowest)])

    def _refuse(self, node: Node, bound: str, remedy: str) -> None:
        self.document.mistakes.append(self.document.mistake(bound, remedy, _position(node)))


def _scalar(node: Node) -> str | float | bool | None:
    text: str = node.value
    match str(node.tag).removeprefix(_TAG):
        case "null":
            return None
        case "bool":
            return text.lower() == "true"
        case "int" | "float" as tag:
            return _number(text.replace("_", ""), tag)
    return text  # dates too: nothing here is a date


def _number(text: str, tag: str) -> int | float | str:
    try:
        if tag == "float":
            return float(text.replace(".inf", "inf").replace(".nan", "nan").lower())
        return int(text, 0 if text.lstrip("+-")[:2] in ("0x", "0o", "0b") else 10)
    except ValueError:  # such as a number of thousands of digits: whoever wanted a number will refuse the text
        return text


def _position(node: Node) -> Position:
    return node.start_mark.line + 1, node.start_mark.column + 1


def _short(key: object) -> str:
    return repr(key) if isinstance(key, str) and len(key) <= 80 else "of this mapping"
