"""Which nodes of a graph a change of the declaration touches. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from scalewright.plan.nodes import Graph, Node

#: What runs the application's image.
_RUNNING = ("application", "job")
_ABSENT = object()


def touched(before: Graph, after: Graph, declared: tuple[Mapping[str, Any], Mapping[str, Any]]) -> tuple[str, ...]:
    """Return the names of nodes that are new, that are drawn otherwise, or whose settings differ.

    `declared` are both declarations in full. A node without a setting of its own, such as the replicas of a database,
    has those of the nearest one above.
    """
    old = {one.name: one for one in before.nodes}
    places = {one.name for graph in (before, after) for one in graph.nodes}
    return tuple(one.name for one in after.nodes if old.get(one.name) != one or _differs(one, declared, places))


def lost(before: Graph, after: Graph) -> tuple[Node, ...]:
    """Return the nodes that are no longer there."""
    left = {one.name for one in after.nodes}
    return tuple(one for one in before.nodes if one.name not in left)


def _differs(node: Node, declared: tuple[Mapping[str, Any], Mapping[str, Any]], places: Iterable[str]) -> bool:
    if node.kind == "outside":
        return False
    if node.kind in _RUNNING and declared[0].get("image") != declared[1].get("image"):
        return True
    first, second = (_settings(node.name, one, places) for one in declared)
    return bool(first != second)


def _settings(name: str, declared: Mapping[str, Any], places: Iterable[str]) -> Any:
    """Return the settings of a node without those of the nodes below it."""
    found: Any = declared
    path = ""
    for part in name.split("."):
        below = found.get(part, _ABSENT) if isinstance(found, dict) else _ABSENT
        if below is _ABSENT:
            break
        found, path = below, f"{path}.{part}" if path else part
    if not path or not isinstance(found, dict):
        return found if path else None
    own = {place.removeprefix(f"{path}.") for place in places if place.startswith(f"{path}.")}
    return {key: value for key, value in found.items() if key not in own}
