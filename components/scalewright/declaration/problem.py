"""What is wrong with one value of a declaration, before it is known which file it came from."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import TypeAlias

Path: TypeAlias = tuple[str | int, ...]
"""Where a value is: names of settings and positions in lists, from the outside in."""


_PLAIN = re.compile("[A-Za-z0-9_:-]+")


class Absent(Enum):
    """Stands where a problem has no value to show."""

    MISSING = "missing"
    UNKNOWN = "not a setting"
    LATER = "known only later"


@dataclass(frozen=True)
class Problem:
    """One refused value, relative to whatever was being validated."""

    path: Path
    value: object
    """The value as it was given, or why there is none."""
    bound: str
    """What the value must be: a clause that begins with "it"."""
    remedy: str
    """What to do about it: a sentence without its full stop."""
    reads: tuple[Path, ...] = field(default=())
    """The other values that it rests on. Where one of them is itself refused, this problem says nothing."""

    def __str__(self) -> str:
        return f"{dotted(self.path)}: {self.bound}. {self.remedy}".removeprefix(": ")

    def below(self, prefix: Path) -> Problem:
        """The same problem, seen from further out."""
        return replace(self, path=prefix + self.path, reads=tuple(prefix + path for path in self.reads))


class RefusedError(ValueError):
    """Raised by a validator that has more to say than one sentence; always holds at least one problem."""

    def __init__(self, *problems: Problem) -> None:
        self.problems = problems
        super().__init__("; ".join(map(str, problems)))


def refused(bound: str, remedy: str, value: object = Absent.MISSING) -> RefusedError:
    """The error of a validator that refuses the whole value it was given."""
    return RefusedError(Problem((), value, bound, remedy))


def dotted(path: Path) -> str:
    """A path as people write it: `services.orders.routes[1]`, and `parameters['auto_explain.log_format']`."""
    plain = (isinstance(step, str) and _PLAIN.fullmatch(step) for step in path)
    text = "".join(f".{step}" if is_plain else f"[{step!r}]" for step, is_plain in zip(path, plain, strict=True))
    return text.removeprefix(".")
