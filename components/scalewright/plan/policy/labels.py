"""What labels select, found without looking at everything: pods of a selector, and selectors of a pod. Pure.

https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from scalewright.plan.policy.subject import items, mapping

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

T = TypeVar("T")
_EXACT = (str, int, float)
"""What of labels can be looked up. Others are wrong, and compared one by one."""


def selects(selector: Any, labels: Mapping[str, str]) -> bool:
    """Whether a selector of labels matches; a plain mapping, as a Service has, is one too."""
    selector = mapping(selector)
    if not selector.keys() & {"matchLabels", "matchExpressions"}:
        return all(labels.get(key) == value for key, value in selector.items())
    same = all(labels.get(key) == value for key, value in mapping(selector.get("matchLabels")).items())
    return same and all(_meets(mapping(one), labels) for one in items(selector.get("matchExpressions")))


def _meets(requirement: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    key, values = str(requirement.get("key", "")), items(requirement.get("values"))
    match requirement.get("operator"):
        case "In":
            return labels.get(key) in values
        case "NotIn":
            return labels.get(key) not in values
        case "Exists":
            return key in labels
        case "DoesNotExist":
            return key not in labels
    return False


class Labelled(Generic[T]):
    """Things that have labels, of the order in which they were given."""

    def __init__(self, things: Iterable[tuple[Mapping[str, str], T]]) -> None:
        self._all = tuple(things)
        self._having: dict[tuple[str, Any], list[tuple[Mapping[str, str], T]]] = defaultdict(list)
        for one in self._all:
            for label in _exact(one[0]):
                self._having[label].append(one)

    def of(self, selector: Any) -> Iterator[T]:
        """Yield what a selector matches: among those that have the rarest of its labels."""
        having = [self._having.get(label, []) for label in _required(selector)]
        near: Sequence[tuple[Mapping[str, str], T]] = min(having, key=len, default=self._all)
        return (thing for labels, thing in near if selects(selector, labels))


class Selecting(Generic[T]):
    """Things that select by labels, of the order in which they were given."""

    def __init__(self, things: Iterable[tuple[Any, T]]) -> None:
        self._all = tuple(things)
        required = [_required(selector) for selector, _ in self._all]
        often = Counter(label for labels in required for label in labels)
        self._wanting: dict[tuple[str, Any] | None, list[int]] = defaultdict(list)
        for at, labels in enumerate(required):
            self._wanting[min(labels, key=lambda label: often[label], default=None)].append(at)

    def of(self, labels: Mapping[str, str]) -> Iterator[T]:
        """Yield what matches labels: among those whose rarest label is one of them, or that name none."""
        near = sorted(at for label in (None, *_exact(labels)) for at in self._wanting.get(label, ()))
        return (self._all[at][1] for at in near if selects(self._all[at][0], labels))


def _required(selector: Any) -> list[tuple[str, Any]]:
    """Return the labels without which a selector does not match, as far as they can be looked up."""
    selector = mapping(selector)
    plain = not selector.keys() & {"matchLabels", "matchExpressions"}
    return _exact(selector if plain else mapping(selector.get("matchLabels")))


def _exact(labels: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return [(key, value) for key, value in labels.items() if isinstance(value, _EXACT)]
