"""Mistakes of a declaration as people see them: where, what, the bound, and the remedy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scalewright.declaration.problem import Absent

if TYPE_CHECKING:
    from collections.abc import Iterable

LONGEST_VALUE = 80
_IN_YAML = {None: "null", True: "true", False: "false"}


@dataclass(frozen=True)
class Mistake:
    """One thing to mend in one file."""

    path: str
    """The setting, for example `services.orders.scale.min`; empty where the file as a whole is meant."""
    value: object
    """The value as it was given, or why there is none."""
    bound: str
    """What must hold: a clause that begins with "it", or a sentence of its own where there is no setting."""
    remedy: str
    """What to do about it, without its full stop."""
    file: str
    """The file, relative to the project."""
    line: int | None = None
    """Counted from 1."""
    column: int | None = None
    """Counted from 1, in characters."""

    def __str__(self) -> str:
        where = ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)
        subject = f"{self.path} is {shown(self.value)}; " if self.path else ""
        end = "" if self.remedy.endswith("?") else "."
        return f"{where}: {subject}{self.bound}. {self.remedy}{end}"


class Mistakes(Exception):  # noqa: N818 - plural, because all of them come together
    """All mistakes of an environment; printed one a line, in the order of the file."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(sorted(mistakes, key=lambda each: (each.file, each.line or 0, each.column or 0)))
        super().__init__(self.mistakes)

    def __str__(self) -> str:
        return "\n".join(str(mistake) for mistake in self.mistakes)


def shown(value: object) -> str:
    """A value for a message: in one line, and not too long."""
    if isinstance(value, Absent):
        return value.value
    text = _IN_YAML[value] if value is None or isinstance(value, bool) else repr(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 3]}..."
