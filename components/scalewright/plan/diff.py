"""What has to change for one set of records to become another."""

from __future__ import annotations

from difflib import ndiff
from typing import TYPE_CHECKING, Any, Literal

from scalewright.plan.records import Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

Action = Literal["added", "changed", "removed", "unchanged"]


class FieldChange(Record):
    """A field by its path, with its value before and after; None where there is none."""

    path: str
    before: Any = None
    after: Any = None


class Change(Record):
    """What happens to one record."""

    name: str
    action: Action
    fields: tuple[FieldChange, ...] = ()


class Diff(Record):
    """The changes of a plan: in the plan's order, what is removed last."""

    changes: tuple[Change, ...]

    def named(self, action: Action) -> tuple[str, ...]:
        """Return the names of the records with this action."""
        return tuple(change.name for change in self.changes if change.action == action)

    def __bool__(self) -> bool:
        return any(change.action != "unchanged" for change in self.changes)


def diff(before: Mapping[str, Record], after: Mapping[str, Record]) -> Diff:
    """Compare two sets of records by name."""
    changes = [_change(name, before.get(name), record) for name, record in after.items()]
    changes += [Change(name=name, action="removed") for name in before if name not in after]
    return Diff(changes=tuple(changes))


def _change(name: str, before: Record | None, after: Record) -> Change:
    if before is None:
        return Change(name=name, action="added")
    found = fields(before.model_dump(mode="json"), after.model_dump(mode="json"))
    return Change(name=name, action="changed" if found else "unchanged", fields=found)


def fields(before: Any, after: Any) -> tuple[FieldChange, ...]:
    """Compare two values of plain data, field by field."""
    return tuple(_fields("", before, after))


def _fields(path: str, before: Any, after: Any) -> Iterator[FieldChange]:
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for key in _keys(before, after):
            yield from _fields(f"{path}.{key}" if path else key, before.get(key), after.get(key))
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for index, pair in enumerate(zip(before, after, strict=True)):
            yield from _fields(f"{path}[{index}]", *pair)
    elif isinstance(before, str) and isinstance(after, str) and "\n" in before + after:
        yield FieldChange(path=path, before=_lines("- ", before, after), after=_lines("+ ", before, after))
    else:
        yield FieldChange(path=path, before=before, after=after)


def _keys(*mappings: Mapping[str, Any]) -> Iterable[str]:
    return dict.fromkeys(key for mapping in mappings for key in mapping)


def _lines(mark: str, before: str, after: str) -> str:
    """Keep of a text of many lines only those that differ."""
    changed = ndiff(before.splitlines(), after.splitlines())
    return "\n".join(line.removeprefix(mark).strip() for line in changed if line.startswith(mark))
