"""Checks what a merge forgets: the names of what an overlay sets to null."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scalewright.declaration.anatomy import fields_of, is_mapping_at, part_at
from scalewright.declaration.backend import Backend
from scalewright.declaration.problem import Absent, Path, Problem
from scalewright.declaration.wording import nearest, unknown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def misnamed(base: Mapping[str, Any], changes: Mapping[str, Any], above: Path = ()) -> Iterator[Problem]:
    """The nulls of an overlay that stand for no setting, or take away an entry that is not there."""
    part = part_at(Backend, above)
    for name, value in changes.items():
        path = (*above, name)
        if part is not None and name not in fields_of(part):
            if value is None:  # any other value of it is left in the merge, for the models to refuse
                yield Problem(path, Absent.UNKNOWN, *unknown(name, part))
        elif isinstance(value, dict):
            below = base.get(name)
            yield from misnamed(below if isinstance(below, dict) else {}, value, path)
        elif value is None and name not in base and is_mapping_at(Backend, above):
            near = nearest(name, base)
            bound = f"it must name an entry that the declaration has ({', '.join(base) or 'it has none'})"
            yield Problem(path, None, bound, f"Did you mean {near}?" if near else "Take it out")
