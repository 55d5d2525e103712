"""Changes, shown on a terminal: each with its mark, and where it is asked for property by property."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Protocol

import click

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from scalewright.plan.diff import FieldChange

MARKS = {
    "added": ("+", "green"),
    "changed": ("~", "yellow"),
    "replaced": ("±", "red"),
    "removed": ("-", "red"),
    "kept": ("=", "white"),
}
#: Characters of a value, and properties of an object, that are shown where not all of it is asked for.
WIDTH, FEW = 160, 3


class Change(Protocol):
    """What is shown of something that changes."""

    @property
    def name(self) -> str:
        """What changes."""

    @property
    def action(self) -> str:
        """What happens to it: a key of MARKS, or `unchanged`."""

    @property
    def fields(self) -> Sequence[FieldChange]:
        """Its properties that change."""


def show(changes: Iterable[Change], *, in_full: bool) -> None:
    """Print a line for each change, and one for each property, or what of it changes in a few words."""
    for one in changes:
        if one.action == "unchanged":
            continue
        mark, color = MARKS[one.action]
        if in_full:
            click.secho(f"{mark} {one.name}{_why(one)}", fg=color)
            for field in one.fields:
                click.echo(f"    {field.path}: {_value(field.before)} -> {_value(field.after)}")
        else:
            click.secho(f"{mark} {one.name}", fg=color, nl=False)
            click.echo(f"{_why(one)}{_few([field.path for field in one.fields])}")


def counted(changes: Iterable[Change], words: dict[str, str] | None = None) -> str:
    """Return how many there are of each action, such as ``2 added, 1 changed``; `words` are other words for them."""
    actions = [one.action for one in changes]
    told = {action: (words or {}).get(action, action) for action in (*MARKS, "unchanged")}
    return ", ".join(f"{actions.count(action)} {word}" for action, word in told.items() if action in actions)


def _why(change: Change) -> str:
    forced = getattr(change, "forced", ())
    return f"  replaced, for this cannot change in place: {', '.join(forced)}" if forced else ""


def _few(paths: list[str]) -> str:
    if not paths:
        return ""
    more = f" and {len(paths) - FEW} more" if len(paths) > FEW else ""
    return f"  {', '.join(paths[:FEW])}{more}"


def _value(value: object) -> str:
    if value is None:
        return "none"
    text = value if isinstance(value, str) and value and "\n" not in value else json.dumps(value)
    return text if len(text) <= WIDTH else f"{text[: WIDTH - 3]}..."
