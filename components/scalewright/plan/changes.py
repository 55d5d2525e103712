"""What has to change for one plan of Kubernetes objects to become another, and what that comes to. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from scalewright.plan import meaning
from scalewright.plan.consequences import Effect
from scalewright.plan.diff import FieldChange
from scalewright.plan.fields import fields
from scalewright.plan.meaning import Meaning
from scalewright.plan.pairs import Pair, identity, pairs
from scalewright.plan.records import Record
from scalewright.plan.totals import Totals, totals

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scalewright.plan.pairs import Identity

Manifest = dict[str, Any]
Action = Literal["added", "changed", "replaced", "removed", "unchanged"]
ACTIONS: tuple[Action, ...] = ("added", "changed", "replaced", "removed", "unchanged")


class Side(NamedTuple):
    """The objects of one side, and those of them that Pulumi leaves in the cluster when they are no longer declared."""

    objects: Sequence[Manifest]
    retained: frozenset[Identity] | None = None
    """None where that is not known."""


class Change(Record):
    """What happens to one object."""

    kind: str
    name: str
    namespace: str = ""
    action: Action
    effect: Effect = "quiet"
    """The most severe of what it comes to."""
    fields: tuple[FieldChange, ...] = ()
    meanings: tuple[Meaning, ...] = ()


class Comparison(Record):
    """The changes of a plan, in the order in which it is applied, what is removed last; and what it takes."""

    changes: tuple[Change, ...]
    totals: Totals

    def __bool__(self) -> bool:
        return any(one.action != "unchanged" for one in self.changes)

    def count(self, action: Action) -> int:
        """Return how many objects have this action."""
        return sum(one.action == action for one in self.changes)


def compare(before: Side, after: Side, refusals: Mapping[Identity, str] | None = None) -> Comparison:
    """Compare two plans; `refusals` are what a cluster says to changes that it does not take, by the object after."""
    retained = before.retained
    found = [_change(one, retained, (refusals or {})) for one in pairs(before.objects, after.objects)]
    return Comparison(changes=tuple(found), totals=totals(before.objects, after.objects))


def _change(pair: Pair, retained: frozenset[Identity] | None, refusals: Mapping[Identity, str]) -> Change:
    shown = pair.after or pair.before or {}
    kind, name = shown["kind"], shown["metadata"]["name"]
    kept = None if retained is None or pair.before is None else identity(pair.before) in retained
    changed: tuple[FieldChange, ...] = ()
    if pair.before is None:
        action, meanings = "added", meaning.of_addition(kind)
    elif pair.after is None:
        action, meanings = "removed", meaning.of_removal(kind, kept)
    else:
        changed = tuple(fields(pair.before, pair.after))
        action = "replaced" if pair.moved else "changed" if changed else "unchanged"
        if pair.moved:
            meanings = meaning.of_replacement(kind, changed, kept)
        else:
            meanings = meaning.of_change(kind, meaning.subject(pair.after), changed)
    if pair.after is not None and (refusal := refusals.get(identity(pair.after))):
        meanings = (meaning.of_refusal(refusal), *meanings)
    effect = meaning.worst(meanings)
    if action == "changed" and effect == "replaces":
        action = "replaced"
    return Change(
        kind=kind,
        name=name,
        namespace=shown["metadata"].get("namespace", ""),
        action=action,
        effect=effect,
        fields=changed,
        meanings=meanings,
    )
