"""All objects of a plan, found by what rules ask for."""

from __future__ import annotations

from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from scalewright.plan.policy.labels import selects
from scalewright.plan.policy.pods import Pod, pod
from scalewright.plan.policy.subject import Options, Subject, mapping

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from scalewright.plan.resources import Resource


class Objects:
    """The objects of a plan, or of manifests; of the order in which they were given."""

    def __init__(self, subjects: Iterable[Subject]) -> None:
        self.all: Sequence[Subject] = tuple(subjects)

    @classmethod
    def of_plan(cls, resources: Iterable[Resource]) -> Objects:
        """Return the objects of a plan. Raises RenderError for two of one name."""
        from scalewright.plan.render import objects  # which writes YAML, and that is no part of the local platform

        resources = list(resources)
        options = {
            id(one.inputs): Options(protect=one.protect, retain_on_delete=one.retain_on_delete) for one in resources
        }
        return cls(Subject(one, options[id(one)]) for one in objects(resources))

    @cached_property
    def _kinds(self) -> Mapping[str, Sequence[Subject]]:
        found: dict[str, list[Subject]] = {}
        for one in self.all:
            found.setdefault(one.kind, []).append(one)
        return found

    @cached_property
    def _places(self) -> Mapping[tuple[str, str], Sequence[Subject]]:
        """By kind and namespace: who looks for each object's own must not look through those of all others."""
        found: dict[tuple[str, str], list[Subject]] = {}
        for one in self.all:
            found.setdefault((one.kind, one.namespace), []).append(one)
        return found

    def of(self, kind: str, group: str | None = None) -> Iterator[Subject]:
        """Yield the objects of a kind, and of a group where kinds of several are called so."""
        return (one for one in self._kinds.get(kind, ()) if group is None or one.group == group)

    @cached_property
    def _names(self) -> Mapping[tuple[str, str], Sequence[Subject]]:
        found: dict[tuple[str, str], list[Subject]] = {}
        for one in self.all:
            found.setdefault((one.kind, one.name), []).append(one)
        return found

    def named(self, kind: str, name: str) -> Iterator[Subject]:
        """Yield the objects of a kind that have a name, in whichever namespace."""
        return iter(self._names.get((kind, name), ()))

    def find(self, kind: str, name: str, namespace: str, group: str | None = None) -> Subject | None:
        """Return an object by its name."""
        near = self._places.get((kind, namespace), ())
        return next((one for one in near if one.name == name and group in (None, one.group)), None)

    @cached_property
    def pods(self) -> Sequence[Pod]:
        """All that makes pods, but not what an operator makes of its own kinds."""
        found = (pod(one) for one in self.all)
        return tuple(one._replace(data=partial(self._data, one.owner.namespace)) for one in found if one is not None)

    def _data(self, namespace: str, name: str) -> Mapping[str, Any]:
        """Return the data of a ConfigMap."""
        held = next((one for one in self.named("ConfigMap", name) if one.namespace == namespace), None)
        return mapping(held.manifest.get("data")) if held else {}

    def selecting(self, kind: str, of: Pod) -> Iterator[Subject]:
        """Yield the objects of a kind whose selector, `spec.selector` or `spec.podSelector`, matches pods."""
        for one in self._places.get((kind, of.owner.namespace), ()):
            selector = one.spec.get("podSelector" if kind == "NetworkPolicy" else "selector")
            if selector is not None and selects(selector, of.labels):
                yield one

    def scaling(self, of: Subject) -> Subject | None:
        """Return the HorizontalPodAutoscaler or the ScaledObject of an object."""
        for kind in ("HorizontalPodAutoscaler", "ScaledObject"):
            for one in self._places.get((kind, of.namespace), ()):
                target = mapping(one.spec.get("scaleTargetRef"))
                same = (target.get("kind", "Deployment"), target.get("name")) == (of.kind, of.name)
                if same:
                    return one
        return None
