"""What a check found that a check of another state of the same environment did not. Pure."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, TypeAlias

from scalewright.plan.policy.report import Finding
from scalewright.plan.records import Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from scalewright.plan.changes import Comparison
    from scalewright.plan.policy.report import Report

Named: TypeAlias = tuple[str, str, str]
"""Kind, namespace and name of an object."""


class News(Record):
    """Findings of a state, by whether the one before had them too, and those that only that one had."""

    new: tuple[Finding, ...] = ()
    old: tuple[Finding, ...] = ()
    gone: tuple[Finding, ...] = ()

    @property
    def found(self) -> tuple[Finding, ...]:
        """All that is found now, what is new first."""
        return *self.new, *self.old


def news(before: Iterable[Finding], after: Report, names: Mapping[Named, Named] | None = None) -> News:
    """Tell findings apart by their keys; `names` are those objects that were called otherwise before.

    Several findings of one key are as many as there are: one more of them is a new one. What is waived now is neither
    found nor gone.
    """
    before = list(before)
    known = Counter(_key(one, names or {}) for one in before)
    new: list[Finding] = []
    old: list[Finding] = []
    for one in after.findings:
        if known[one.key] > 0:
            known[one.key] -= 1
            old.append(one)
        else:
            new.append(one)
    known -= Counter(one.key for one in after.waived)
    gone: list[Finding] = []
    for one in reversed(before):
        key = _key(one, names or {})
        if known[key] > 0:
            known[key] -= 1
            gone.append(one)
    return News(new=tuple(new), old=tuple(old), gone=tuple(reversed(gone)))


def renamed(comparison: Comparison) -> dict[Named, Named]:
    """Return the objects of a comparison that take the place of others, by what those were called."""
    found: dict[Named, Named] = {}
    for one in comparison.changes:
        former = {each.path: each.before for each in one.fields if each.path in ("metadata.name", "metadata.namespace")}
        if former:
            namespace = str(former.get("metadata.namespace", one.namespace))
            name = str(former.get("metadata.name", one.name))
            found[one.kind, namespace, name] = one.kind, one.namespace, one.name
    return found


def _key(finding: Finding, names: Mapping[Named, Named]) -> tuple[str, ...]:
    called = finding.kind, finding.namespace, finding.name
    kind, namespace, name = names.get(called, called)
    return finding.model_copy(update={"kind": kind, "namespace": namespace, "name": name}).key
