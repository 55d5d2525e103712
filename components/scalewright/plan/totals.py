"""What a plan takes of a cluster, at its fewest replicas and at its most. Pure arithmetic.

Jobs are left out, because they end; so are pods that operators start beside those that are declared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scalewright.declaration import Quantity  # noqa: TC001 - read by pydantic
from scalewright.plan.demand import NOTHING, Demand, amount, demands
from scalewright.plan.records import Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

Manifest = dict[str, Any]
#: What is summed up, by the name that a ResourceQuota has for it.
COUNTED = {"replicas": "pods", "cpu": "cpu", "memory": "memory", "storage": "requests.storage"}


class Range(Record):
    """An amount at the fewest replicas, and at the most."""

    least: Quantity = NOTHING
    most: Quantity = NOTHING


class Total(Record):
    """What all of it takes of one thing: replicas, cores, bytes of memory or of storage."""

    name: str
    before: Range
    after: Range


class Part(Record):
    """Replicas of one object that has some; None where it is not there."""

    name: str
    before: Range | None
    after: Range | None


class Totals(Record):
    """What a plan takes, before and after; of the parts only those whose replicas are others."""

    totals: tuple[Total, ...]
    parts: tuple[Part, ...] = ()


def totals(before: Iterable[Manifest], after: Iterable[Manifest]) -> Totals:
    """Return what two plans take."""
    old, new = _Side(before), _Side(after)
    parts = [Part(name=one, before=old.of(one, "pods"), after=new.of(one, "pods")) for one in old.names | new.names]
    return Totals(
        totals=tuple(Total(name=name, before=old.sum(one), after=new.sum(one)) for name, one in COUNTED.items()),
        parts=tuple(sorted((one for one in parts if one.before != one.after), key=lambda one: one.name)),
    )


class _Side:
    def __init__(self, manifests: Iterable[Manifest]) -> None:
        lasting = [one for one in manifests if one["kind"] != "Job"]
        self._least, self._most = demands(lasting), demands(lasting, most=True)
        self.names = {one for one, demand in self._most.items() if "pods" in demand}

    def of(self, name: str, resource: str) -> Range | None:
        if name not in self.names:
            return None
        return Range(least=amount(self._least[name], resource), most=amount(self._most[name], resource))

    def sum(self, resource: str) -> Range:
        return Range(
            least=sum(_amounts(self._least, resource), NOTHING), most=sum(_amounts(self._most, resource), NOTHING)
        )


def _amounts(found: Mapping[str, Demand], resource: str) -> Iterator[Quantity]:
    return (amount(one, resource) for one in found.values())
