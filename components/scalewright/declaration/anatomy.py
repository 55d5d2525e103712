"""Finds the setting that an error of the validator is about."""

from __future__ import annotations

from dataclasses import dataclass
from types import UnionType
from typing import TYPE_CHECKING, Any, Union, get_args, get_origin

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pydantic.fields import FieldInfo

    from scalewright.declaration.problem import Path


@dataclass(frozen=True)
class Place:
    """Where something is in a declaration."""

    path: Path
    owner: type[Any] | None
    """The part that has, or would have, the setting."""
    field: FieldInfo | None
    """The setting, if it is one of a part and not an entry of a mapping or list."""


def fields_of(part: type[Any]) -> dict[str, FieldInfo]:
    """The settings of a part by name."""
    fields: dict[str, FieldInfo] = part.__pydantic_fields__
    return fields


def locate(root: type[Any], location: Sequence[str | int]) -> Place:
    """Follow the location that pydantic gives, without the labels that it adds for unions and keys of mappings."""
    place = Place((), None, None)
    annotation: Any = root
    for step in location:
        parts = list(_parts(annotation))
        if step == "[key]":
            break
        if len(parts) > 1:
            annotation = _of_type(parts, step)
        elif parts:
            names = list(fields_of(parts[0]))
            name = names[step] if isinstance(step, int) and step < len(names) else step  # an argument by position
            field = fields_of(parts[0]).get(str(name))
            place = Place((*place.path, name), parts[0], field)
            annotation = field.annotation if field else None
        elif (inner := _inner(annotation)) is not None:
            place, annotation = Place((*place.path, step), None, None), inner
        else:
            break
    return place


def part_at(root: type[Any], path: Path) -> type[Any] | None:
    """The part that a path leads to, if it leads to one."""
    return next(_parts(_annotation_at(root, path)), None)


def is_mapping_at(root: type[Any], path: Path) -> bool:
    """Whether a path leads to a mapping by name."""
    return get_origin(_annotation_at(root, path)) is dict


def _annotation_at(root: type[Any], path: Path) -> Any:
    annotation: Any = root
    for step in path:
        part = next(_parts(annotation), None)
        if part is None:
            annotation = _inner(annotation)
        else:
            field = fields_of(part).get(str(step))
            annotation = field.annotation if field else None
    return annotation


def _parts(annotation: Any) -> Iterator[type[Any]]:
    if hasattr(annotation, "__pydantic_fields__"):
        yield annotation
    elif hasattr(annotation, "__metadata__"):
        yield from _parts(annotation.__origin__)
    elif get_origin(annotation) in (Union, UnionType):
        for member in get_args(annotation):
            yield from _parts(member)


def _inner(annotation: Any) -> Any:
    """The type of the items of a list or of the values of a mapping."""
    if hasattr(annotation, "__metadata__"):
        annotation = annotation.__origin__
    return get_args(annotation)[-1] if get_origin(annotation) in (list, dict) else None


def _of_type(parts: Sequence[type[Any]], tag: str | int) -> type[Any] | None:
    return next((part for part in parts if fields_of(part)["type"].default == tag), None)
