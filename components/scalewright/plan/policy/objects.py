"""All objects of a plan, found by what rules ask for."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property, partial, wraps
from typing import TYPE_CHECKING, Any, TypeVar, TypeVarTuple

from scalewright.plan.policy.labels import Selecting
from scalewright.plan.policy.pods import Pod, pod
from scalewright.plan.policy.subject import Options, Subject, mapping
from scalewright.plan.scalers import SCALERS

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence

    from scalewright.plan.resources import Resource

T = TypeVar("T")
Key = TypeVar("Key", bound="Hashable")
More = TypeVarTuple("More")


class Objects:
    """The objects of a plan, or of manifests; of the order in which they were given.

    There may be many thousands: whatever is asked for each of them is found without looking through all.
    """

    def __init__(self, subjects: Iterable[Subject]) -> None:
        self.all: Sequence[Subject] = tuple(subjects)
        self._made: dict[tuple[object, ...], Any] = {}
        self._selectors: dict[tuple[str, str], Selecting[Subject]] = {}

    @classmethod
    def of_plan(cls, resources: Iterable[Resource]) -> Objects:
        """Return the objects of a plan. Raises RenderError for two of one name."""
        from scalewright.plan.render import objects  # which writes YAML, and that is no part of the local platform

        resources = list(resources)
        options = {
            id(one.inputs): Options(protect=one.protect, retain_on_delete=one.retain_on_delete) for one in resources
        }
        return cls(Subject(one, options[id(one)]) for one in objects(resources))

    def of(self, kind: str, group: str | None = None, namespace: str | None = None) -> Iterator[Subject]:
        """Yield the objects of a kind: of a group where kinds of several are called so, in a namespace or in all."""
        near = self._kinds.get(kind, ()) if namespace is None else self._places.get((kind, namespace), ())
        return (one for one in near if group is None or one.group == group)

    def within(self, namespace: str) -> Iterator[Subject]:
        """Yield the objects of a namespace, of every kind."""
        return iter(self._namespaces.get(namespace, ()))

    def named(self, kind: str, name: str) -> Iterator[Subject]:
        """Yield the objects of a kind that have a name, in whichever namespace."""
        return iter(self._names.get((kind, name), ()))

    def find(self, kind: str, name: str, namespace: str, group: str | None = None) -> Subject | None:
        """Return an object by its name."""
        near = self._full_names.get((kind, namespace, name), ())
        return next((one for one in near if group in (None, one.group)), None)

    @cached_property
    def pods(self) -> Sequence[Pod]:
        """All that makes pods, but not what an operator makes of its own kinds."""
        found = (pod(one) for one in self.all)
        return tuple(one._replace(data=partial(self._data, one.owner.namespace)) for one in found if one is not None)

    def _data(self, namespace: str, name: str) -> Mapping[str, Any]:
        """Return the data of a ConfigMap."""
        held = self.find("ConfigMap", name, namespace)
        return mapping(held.manifest.get("data")) if held else {}

    def selecting(self, kind: str, of: Pod) -> Iterator[Subject]:
        """Yield the objects of a kind whose selector, `spec.selector` or `spec.podSelector`, matches pods."""
        return self.matching(kind, of.owner.namespace, of.labels)

    def matching(self, kind: str, namespace: str, labels: Mapping[str, str]) -> Iterator[Subject]:
        """Yield the objects of a kind and a namespace whose selector matches labels; see `selecting`."""
        place = kind, namespace
        if place not in self._selectors:
            field = "podSelector" if kind == "NetworkPolicy" else "selector"
            near = ((one.spec.get(field), one) for one in self._places.get(place, ()))
            self._selectors[place] = Selecting((selector, one) for selector, one in near if selector is not None)
        return self._selectors[place].of(labels)

    def scaling(self, of: Subject) -> Subject | None:
        """Return the HorizontalPodAutoscaler or the ScaledObject of an object."""
        return self._scalers.get((of.namespace, of.kind, of.name))

    @cached_property
    def _kinds(self) -> Mapping[str, Sequence[Subject]]:
        return _grouped(self.all, lambda one: one.kind)

    @cached_property
    def _places(self) -> Mapping[tuple[str, str], Sequence[Subject]]:
        return _grouped(self.all, lambda one: (one.kind, one.namespace))

    @cached_property
    def _names(self) -> Mapping[tuple[str, str], Sequence[Subject]]:
        return _grouped(self.all, lambda one: (one.kind, one.name))

    @cached_property
    def _full_names(self) -> Mapping[tuple[str, str, str], Sequence[Subject]]:
        return _grouped(self.all, lambda one: (one.kind, one.namespace, one.name))

    @cached_property
    def _namespaces(self) -> Mapping[str, Sequence[Subject]]:
        return _grouped(self.all, lambda one: one.namespace)

    @cached_property
    def _scalers(self) -> Mapping[tuple[str, str, str], Subject]:
        """By namespace, kind and name of what is scaled."""
        found: dict[tuple[str, str, str], Subject] = {}
        for one in (one for scaler in SCALERS for one in self.of(scaler)):
            target = mapping(one.spec.get("scaleTargetRef"))
            kind, name = target.get("kind", "Deployment"), target.get("name")
            if isinstance(kind, str) and isinstance(name, str):
                found.setdefault((one.namespace, kind, name), one)
        return found


def once(make: Callable[[Objects, *More], T]) -> Callable[[Objects, *More], T]:
    """Have a function make the same of the same objects only once: several rules ask for it.

    What it returns is everybody's, so nobody may change it.
    """

    @wraps(make)
    def made(objects: Objects, *more: *More) -> T:
        asked = (make, *more)
        if asked not in objects._made:
            objects._made[asked] = make(objects, *more)
        found: T = objects._made[asked]
        return found

    return made


def listed(find: Callable[[Objects, *More], Iterable[T]]) -> Callable[[Objects, *More], Sequence[T]]:
    """Have a function look for things only once, and keep all that it yields; see `once`."""

    @once
    @wraps(find)
    def found(objects: Objects, *more: *More) -> Sequence[T]:
        return tuple(find(objects, *more))

    return found


def _grouped(subjects: Iterable[Subject], by: Callable[[Subject], Key]) -> Mapping[Key, Sequence[Subject]]:
    found: dict[Key, list[Subject]] = defaultdict(list)
    for one in subjects:
        found[by(one)].append(one)
    return found
