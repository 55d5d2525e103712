"""Every text of an object, with its path and what it is called."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from scalewright.plan.policy.secrets import arguments

if TYPE_CHECKING:
    from collections.abc import Iterator

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_COMMANDS = ("command", "args")


class Leaf(NamedTuple):
    """A text, where it is, and what it is called: its key, the name beside a `value`, or the option of a command."""

    path: str
    name: str
    value: str


def leaves(value: Any, path: str, name: str = "") -> Iterator[Leaf]:
    """Yield the texts below a path."""
    if isinstance(value, str):
        yield Leaf(path, name, value)
    elif isinstance(value, dict):
        for key, one in value.items():
            yield from leaves(one, below(path, str(key)), _called(value, str(key)))
    elif isinstance(value, list) and name in _COMMANDS:
        for index, option, text in arguments([str(one) for one in value]):
            yield Leaf(f"{path}[{index}]", option, text)
    elif isinstance(value, list):
        for index, one in enumerate(value):
            yield from leaves(one, f"{path}[{index}]", name)


def _called(beside: dict[Any, Any], key: str) -> str:
    """Return what the value of a key is called; nothing where it is a key of the Secret that is named beside it."""
    if "secretName" in beside:
        return ""
    return str(beside.get("name") or key) if key == "value" else key


def below(path: str, key: str) -> str:
    """Return the path of a key, in quotes where it holds what paths are made of."""
    return f"{path}.{key}" if _PLAIN.fullmatch(key) else f"{path}[{json.dumps(key)}]"
