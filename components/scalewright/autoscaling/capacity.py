"""Whether what is asked of a server, a quota or a topic fits, line by line. Pure arithmetic of whole numbers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil, prod
from typing import NamedTuple


class Line(NamedTuple):
    """One line of a sum: what it is for, the terms that are multiplied, and their product."""

    label: str
    terms: tuple[tuple[str, int], ...]
    amount: int

    @classmethod
    def product(cls, label: str, *terms: tuple[str, int]) -> Line:
        """Return a line whose amount is the product of its terms."""
        return cls(label, terms, prod(value for _, value in terms))


class Change(NamedTuple):
    """The smallest change of one kind after which a sum fits: in words, the properties to set, and the proof."""

    text: str
    settings: tuple[tuple[str, int], ...]
    """Each property with its new value, as in ``("services.orders.scale.max", 6)``."""
    after: Account
    """The sum as it is then."""


@dataclass(frozen=True)
class Budget:
    """A sum beside its bound, where the bound comes from, and what would make it fit where it does not."""

    name: str
    unit: str
    lines: tuple[Line, ...]
    bound: int
    bound_from: str
    changes: tuple[Change, ...] = ()
    unknown: tuple[str, ...] = ()
    """What takes its part too, and nothing says how much: each a sentence. It is in no line."""
    owner: tuple[str, ...] = ()
    """The object that has the bound: group, kind, namespace and name; empty for what is none."""
    path: str = ""
    """The property of the owner that is the bound."""

    @property
    def total(self) -> int:
        """The sum of all lines."""
        return sum(line.amount for line in self.lines)

    @property
    def fits(self) -> bool:
        """Whether the sum is within the bound."""
        return self.total <= self.bound

    @property
    def remedies(self) -> tuple[str, ...]:
        """The changes in words, each of which suffices by itself."""
        return tuple(change.text for change in self.changes)


class Knobs(NamedTuple):
    """What the properties of a holder are called where somebody can set them; empty for what cannot be set."""

    replicas: str = ""
    processes: str = ""
    size: str = ""
    overflow: str = ""


_NONE = Knobs()


@dataclass(frozen=True, kw_only=True)
class Holder:
    """Whoever takes a part: so many replicas, each of so many processes, each of which holds so much.

    While a release replaces another there are more replicas: `surge`, or `surge_percent` of them, rounded up.
    """

    name: str
    noun: str = "replicas"
    """What its replicas are called."""
    replicas: int
    fewest: int = 1
    surge: int = 0
    surge_percent: int = 0
    processes: int = 1
    parents: int = 0
    """Processes beside those that work, such as the parent of Celery's; they may hold as much."""
    size: int
    overflow: int = 0
    beside: int = 0
    """What each replica holds besides, as a pooler does that looks up passwords."""
    knobs: Knobs = _NONE

    @property
    def each(self) -> int:
        """What one process holds."""
        return self.size + self.overflow

    @property
    def of_replica(self) -> int:
        """What one replica holds."""
        return (self.processes + self.parents) * self.each + self.beside

    @property
    def more(self) -> int:
        """How many more replicas there are while they are replaced."""
        return self.surge + ceil(self.replicas * self.surge_percent / 100)

    @property
    def amount(self) -> int:
        """What all replicas hold at most."""
        return (self.replicas + self.more) * self.of_replica

    def lines(self) -> tuple[Line, ...]:
        """Return its lines: at most replicas, and what there is more while they are replaced."""
        lines = (self._line(self.name, self.replicas),)
        return (*lines, self._line(f"{self.name}, while it is replaced", self.more)) if self.more else lines

    def _line(self, label: str, replicas: int) -> Line:
        count = (self.noun, replicas)
        if self.beside:
            words = f"each ({self.each} + {self.beside})" if self.processes + self.parents == 1 else "each"
            return Line.product(label, count, (words, self.of_replica))
        each = (f"each ({self.size} + {self.overflow})" if self.overflow else "each", self.each)
        if self.processes + self.parents == 1:
            return Line.product(label, count, each)
        processes = f"processes ({self.processes} + {self.parents})" if self.parents else "processes"
        return Line.product(label, count, (processes, self.processes + self.parents), each)


@dataclass(frozen=True, kw_only=True)
class Account:
    """What is asked of one bound: by holders, whose figures can be changed, and by lines that stand as they are."""

    name: str
    unit: str
    bound: int
    bound_from: str
    bound_knob: str = ""
    """What the bound is called where somebody can set it."""
    bound_times: int = 1
    """How often the bound holds what is set, as where several servers share what is asked."""
    holders: tuple[Holder, ...] = ()
    fixed: tuple[Line, ...] = ()
    unknown: tuple[str, ...] = ()
    owner: tuple[str, ...] = ()
    path: str = ""

    @property
    def total(self) -> int:
        """The sum of all lines."""
        return sum(one.amount for one in self.holders) + sum(line.amount for line in self.fixed)

    @property
    def fits(self) -> bool:
        """Whether the sum is within the bound."""
        return self.total <= self.bound

    def changed(self, holder: Holder, **figures: int) -> Account:
        """Return the account with other figures of one holder."""
        other = replace(holder, **figures)  # type: ignore[arg-type] # figures alone are changed
        return replace(self, holders=tuple(other if one is holder else one for one in self.holders))

    def budget(self, changes: tuple[Change, ...] = ()) -> Budget:
        """Return the sum line by line, the greatest holder first, what stands as it is last."""
        holders = sorted(self.holders, key=lambda one: -one.amount)
        return Budget(
            name=self.name,
            unit=self.unit,
            lines=(*(line for one in holders for line in one.lines()), *self.fixed),
            bound=self.bound,
            bound_from=self.bound_from,
            changes=changes,
            unknown=self.unknown,
            owner=self.owner,
            path=self.path,
        )
