"""What a step of Pulumi's engine changes, property by property."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Literal

from scalewright.plan.diff import FieldChange
from scalewright.plan.records import Record
from scalewright.plan.resources import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulumi.automation.events import PropertyDiff, StepEventMetadata, StepEventStateMetadata

Action = Literal["added", "changed", "replaced", "removed", "kept"]

_ACTIONS: dict[str, Action] = {
    "create": "added",
    "import": "added",
    "update": "changed",
    "replace": "replaced",
    "create-replacement": "replaced",
    "delete-replaced": "replaced",
    "delete": "removed",
}
#: What the engine puts in place of what nobody knows yet.
_UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
#: https://www.pulumi.com/docs/iac/concepts/resources/options/ignorechanges/ tells the syntax of paths.
_PATH = re.compile(r'([^.\[\]"]+)|\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]')


class Change(Record):
    """What happens to one object; `forced` names the properties for which it is replaced."""

    name: str
    action: Action
    fields: tuple[FieldChange, ...] = ()
    forced: tuple[str, ...] = ()


def change(metadata: StepEventMetadata, *, keeps: bool = False) -> Change | None:
    """Return what a step changes; None for one that only looks. What Pulumi only forgets is kept."""
    if (action := _ACTIONS.get(metadata.op.value)) is None:
        return None
    if keeps and action == "removed":
        action = "kept"
    fields = tuple(_fields(metadata)) if action in {"changed", "replaced"} else ()
    return Change(name=name_of(metadata.urn), action=action, fields=fields, forced=tuple(metadata.keys or ()))


def name_of(urn: str) -> str:
    """Return how an object is called, such as ``Deployment orders``."""
    _, _, types, name = urn.split("::", 3)
    return f"{types.rpartition(':')[2]} {name}"


def _fields(metadata: StepEventMetadata) -> Iterator[FieldChange]:
    found = metadata.detailed_diff or dict.fromkeys(metadata.diffs or ())
    for path, difference in found.items():
        before = _value(_before(metadata.old, difference), path)
        after = _value(_after(metadata.new), path)
        yield FieldChange(path=path, before=before, after=after)


def _before(state: StepEventStateMetadata | None, difference: PropertyDiff | None) -> list[Any]:
    if state is None:
        return []
    if difference and difference.input_diff:
        return [state.inputs]
    return [state.outputs, state.inputs]


def _after(state: StepEventStateMetadata | None) -> list[Any]:
    """Return where what comes is found: what is asked for, and where only the provider knows it, what it says."""
    return [state.inputs, state.outputs] if state else []


def _value(places: list[Any], path: str) -> Any:
    """Return what is at a path in the first of some places that has it."""
    for place in places:
        found = place
        for name, index, quoted in _PATH.findall(path):
            key = json.loads(f'"{quoted}"') if quoted else name
            if index and isinstance(found, list) and int(index) < len(found):
                found = found[int(index)]
            elif not index and isinstance(found, dict):
                found = found.get(key)
            else:
                found = None
        if found is not None:
            return UNKNOWN if found == _UNKNOWN else found
    return None
