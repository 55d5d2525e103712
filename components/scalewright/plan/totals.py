"""What a plan takes of a cluster, at its fewest replicas and at its most. Pure arithmetic.

Jobs are left out, because they end; so are pods that operators start beside those that are declared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scalewright.declaration import Quantity, QuantityError
from scalewright.plan.demand import NOTHING, Demand, amount, demands, identity
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
    uncounted: tuple[str, ...] = ()
    """What nobody can count: it is known in part only, or has not the form of its kind."""


def totals(before: Iterable[Manifest], after: Iterable[Manifest]) -> Totals:
    """Return what two plans take."""
    old, new = _Side(before), _Side(after)
    parts = [Part(name=one, before=old.of(one, "pods"), after=new.of(one, "pods")) for one in old.names | new.names]
    return Totals(
        totals=tuple(Total(name=name, before=old.sum(one), after=new.sum(one)) for name, one in COUNTED.items()),
        parts=tuple(sorted((one for one in parts if one.before != one.after), key=lambda one: one.name)),
        uncounted=tuple(sorted(old.uncounted | new.uncounted)),
    )


class _Side:
    def __init__(self, manifests: Iterable[Manifest]) -> None:
        lasting = [one for one in manifests if one["kind"] != "Job"]
        self.uncounted = {identity(one) for one in lasting if not _is_countable(one)}
        counted = [one for one in lasting if identity(one) not in self.uncounted]
        self._least, self._most = demands(counted), demands(counted, most=True)
        self.names = {one for one, demand in self._most.items() if "pods" in demand}

    def of(self, name: str, resource: str) -> Range | None:
        if name not in self.names:
            return None
        return Range(least=amount(self._least[name], resource), most=amount(self._most[name], resource))

    def sum(self, resource: str) -> Range:
        return Range(
            least=sum(_amounts(self._least, resource), NOTHING), most=sum(_amounts(self._most, resource), NOTHING)
        )


def _is_countable(manifest: Manifest) -> bool:
    try:
        demands([manifest])
    except (AttributeError, KeyError, TypeError, QuantityError):
        return False
    return True


def _amounts(found: Mapping[str, Demand], resource: str) -> Iterator[Quantity]:
    return (amount(one, resource) for one in found.values())
