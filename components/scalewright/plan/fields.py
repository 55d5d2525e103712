"""What differs between two values of JSON, property by property. Pure.

Items of a list are told apart by their names where they have some, so that one more at its beginning is one more, and
not another value of each.
"""

from __future__ import annotations

import json
import re
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

from scalewright.plan.diff import FieldChange

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

#: By what items of a list are known, the first that all of them have and no two share: Kubernetes merges lists by some
#: of these, https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy
KEYS = ("name", "mountPath", "containerPort", "port", "key", "topologyKey", "alert", "record", "type")
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_SELECTORS = re.compile(r'\["(?:[^"\\]|\\.)*"\]|\[[^\]]*\]')


def fields(before: Any, after: Any, path: str = "") -> Iterator[FieldChange]:
    """Yield what differs, by paths as in ``spec.containers[web].image`` and ``metadata.labels["a/b"]``."""
    if before == after and type(before) is type(after):
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted(before.keys() | after.keys()):  # the SDK sends them in no particular order
            yield from fields(before.get(key), after.get(key), _below(path, key))
    elif isinstance(before, list) and isinstance(after, list) and _holds_maps(before, after):
        key = _key(before, after)
        yield from _named(before, after, key, path) if key else _nameless(before, after, path)
    elif isinstance(before, str) and isinstance(after, str) and "\n" in before + after:
        old, new = _lines(before, after)
        yield FieldChange(path=path, before=old, after=new)
    else:
        yield FieldChange(path=path, before=before, after=after)


def general(path: str) -> str:
    """Return a path without which item or key it means: ``spec.containers[].image``."""
    return _SELECTORS.sub("[]", path)


def within(path: str, prefix: str) -> bool:
    """Whether a general path is another, or below it."""
    return path == prefix or (path.startswith(prefix) and path[len(prefix)] in ".[")


def _below(path: str, key: str) -> str:
    if not _PLAIN.fullmatch(key):
        return f"{path}[{json.dumps(key)}]"
    return f"{path}.{key}" if path else key


def _holds_maps(*lists: Sequence[Any]) -> bool:
    items = [one for each in lists for one in each]
    return bool(items) and all(isinstance(one, dict) for one in items)


def _key(*lists: Sequence[dict[str, Any]]) -> str | None:
    """Return what the items of all lists are known by; nothing where nothing tells them apart."""
    for key in KEYS:
        names = [[one.get(key) for one in each] for each in lists]
        if all(isinstance(one, str | int) for each in names for one in each) and all(
            len(set(each)) == len(each) for each in names
        ):
            return key
    return None


def _named(
    before: Sequence[dict[str, Any]], after: Sequence[dict[str, Any]], key: str, path: str
) -> Iterator[FieldChange]:
    old, new = ({one[key]: one for one in each} for each in (before, after))
    for name in dict.fromkeys((*old, *new)):
        yield from fields(old.get(name), new.get(name), f"{path}[{name}]")
    kept = [[name for name in names if name in old and name in new] for names in (old, new)]
    if kept[0] != kept[1]:  # the same items in another order, which may mean something: containers start in it
        yield FieldChange(path=path, before=kept[0], after=kept[1])


def _nameless(before: Sequence[Any], after: Sequence[Any], path: str) -> Iterator[FieldChange]:
    """Yield what differs of items without names: what is on both sides is nothing new, the rest is paired in order."""
    left = [(index, one) for index, one in enumerate(before) if one not in after]
    right = [(index, one) for index, one in enumerate(after) if one not in before]
    if len(left) == len(right) and left:
        for (_, old), (index, new) in zip(left, right, strict=True):
            yield from fields(old, new, f"{path}[{index}]")
    elif left or right:
        yield from (FieldChange(path=f"{path}[{index}]", before=one) for index, one in left)
        yield from (FieldChange(path=f"{path}[{index}]", after=one) for index, one in right)
    else:
        yield FieldChange(path=path, before=list(before), after=list(after))


def _lines(before: str, after: str) -> tuple[str, str]:
    """Return of two texts of many lines only those that differ."""
    old, new = before.splitlines(), after.splitlines()
    changes = [one for one in SequenceMatcher(None, old, new, autojunk=False).get_opcodes() if one[0] != "equal"]
    sides = (
        [line.strip() for _, begin, end, _, _ in changes for line in old[begin:end]],
        [line.strip() for _, _, _, begin, end in changes for line in new[begin:end]],
    )
    if sides[0] == sides[1]:  # nothing but blanks, which are shown as they are
        return before, after
    return "\n".join(sides[0]), "\n".join(sides[1])
