"""Which object of one plan is which of another. Pure."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

Manifest = dict[str, Any]

_RELEASES = ("app.kubernetes.io/name", "app.kubernetes.io/component")


class Identity(NamedTuple):
    """By what an object is known; the version of an API is no part of it."""

    group: str
    kind: str
    namespace: str
    name: str


class Pair(NamedTuple):
    """An object before and after; None where there is none."""

    before: Manifest | None
    after: Manifest | None

    @property
    def moved(self) -> bool:
        """Whether it is another object that takes its place."""
        return bool(self.before and self.after and identity(self.before) != identity(self.after))


def identity(manifest: Manifest) -> Identity:
    """Return by what an object is known: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/."""
    metadata = manifest["metadata"]
    return Identity(
        manifest["apiVersion"].rpartition("/")[0], manifest["kind"], metadata.get("namespace", ""), metadata["name"]
    )


def pairs(before: Iterable[Manifest], after: Iterable[Manifest]) -> list[Pair]:
    """Pair the objects of two plans: in the order of `after`, and then those that are only before.

    What has another name is another object, but for a Job, which is named for its release, and for all that is in a
    namespace that has become another.
    """
    old, new = ({identity(one): one for one in each} for each in (before, after))
    gone = [one for one in old if one not in new]
    come = [one for one in new if one not in old]
    follows = _releases([old[one] for one in gone], [new[one] for one in come])
    renamed = _renamed(old, new)
    for one in come:
        if renamed and one not in follows and (former := _formerly(one, *renamed)) in gone:
            follows[one] = former
    taken = set(follows.values())
    return [
        *(Pair(old.get(follows.get(key, key)), one) for key, one in new.items()),
        *(Pair(old[key], None) for key in gone if key not in taken),
    ]


def _releases(gone: Iterable[Manifest], come: Iterable[Manifest]) -> dict[Identity, Identity]:
    """Return which Job takes the place of which, where there is no doubt."""
    sides: dict[Hashable, tuple[list[Identity], list[Identity]]] = defaultdict(lambda: ([], []))
    for number, manifests in enumerate((gone, come)):
        for one in manifests:
            if (release := _release(one)) is not None:
                sides[release][number].append(identity(one))
    return {right[0]: left[0] for left, right in sides.values() if len(left) == len(right) == 1}


def _release(manifest: Manifest) -> Hashable | None:
    """Return by what a Job is known from one release to the next."""
    labels = manifest["metadata"].get("labels", {})
    if manifest["kind"] != "Job" or not all(isinstance(labels.get(one), str) for one in _RELEASES):
        return None
    return (*identity(manifest)[:2], *(labels[one] for one in _RELEASES))


def _renamed(old: Iterable[Identity], new: Iterable[Identity]) -> tuple[str, str] | None:
    """Return the namespace that has become another, where there is no doubt which."""
    left, right = ({one.namespace for one in each} - {""} for each in (old, new))
    gone, come = left - right, right - left
    return (gone.pop(), come.pop()) if len(gone) == len(come) == 1 else None


def _formerly(one: Identity, old: str, new: str) -> Identity:
    """Return what an object was called before its namespace became another."""
    if one.kind == "Namespace" and one.name == new:
        return one._replace(name=old)
    if one.namespace != new:
        return one
    # Quota and limits are called as the namespace is.
    return one._replace(namespace=old, name=old if one.name == new else one.name)
