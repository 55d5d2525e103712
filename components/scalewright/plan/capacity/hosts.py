"""What a host name inside a cluster leads to. Pure.

https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from scalewright.plan.policy.labels import Labelled
from scalewright.plan.policy.objects import listed, once
from scalewright.plan.policy.subject import mapping

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from scalewright.plan.policy.objects import Objects
    from scalewright.plan.policy.pods import Pod
    from scalewright.plan.policy.subject import Subject

#: The Services that CloudNativePG makes for a Cluster: https://cloudnative-pg.io/docs/current/service_management
ROLES = ("rw", "ro", "r")


class Target(NamedTuple):
    """What is behind a name: an object, and which of its servers, such as ``rw``."""

    subject: Subject
    role: str = ""


def target(objects: Objects, host: str, namespace: str) -> Target | None:
    """Return what a host is, seen from a namespace; None for what is not among the objects."""
    name, place = next(_services(host, namespace))
    for pooler in objects.named("Pooler", name):
        if _same(pooler.namespace, place):
            return Target(pooler)
    called, _, role = name.rpartition("-")
    for cluster in objects.named("Cluster", called) if role in ROLES else ():
        if cluster.group == "postgresql.cnpg.io" and _same(cluster.namespace, place):
            return Target(cluster, role)
    return next((Target(pod.owner) for pod in behind(objects, host, namespace)), None)


@listed
def behind(objects: Objects, host: str, namespace: str) -> Iterator[Pod]:
    """Yield what makes the pods behind a name of a Service, or of a single pod behind a headless one."""
    for service in _named(objects, host, namespace):
        if selector := mapping(service.spec.get("selector")):
            yield from _near(objects, service.namespace).of(selector)


@once
def _near(objects: Objects, namespace: str) -> Labelled[Pod]:
    """Return the pods that may be in a namespace, by their labels."""
    places = _places(objects)
    near = places.values() if not namespace else (places[one] for one in {namespace, ""} if one in places)
    found = sorted((at, pod) for pods in near for at, pod in pods)
    return Labelled((pod.labels, pod) for _, pod in found)


@once
def _places(objects: Objects) -> Mapping[str, Sequence[tuple[int, Pod]]]:
    """Return the pods of each namespace, and of none, with where they stand among all."""
    found: dict[str, list[tuple[int, Pod]]] = defaultdict(list)
    for at, pod in enumerate(objects.pods):
        found[pod.owner.namespace].append((at, pod))
    return found


def _named(objects: Objects, host: str, namespace: str) -> Iterator[Subject]:
    """Yield the Services that a host may name, each once."""
    found = {
        id(one): one
        for name, place in _services(host, namespace)
        for one in objects.named("Service", name)
        if _same(one.namespace, place)
    }
    yield from found.values()


def is_short(host: str) -> bool:
    """Whether what a host leads to depends on the namespace of who asks."""
    return any(not place for _, place in _services(host, ""))


def _services(host: str, namespace: str) -> Iterator[tuple[str, str]]:
    """Yield name and namespace of the Services that a host may name: itself, or that of the pod of a StatefulSet."""
    labels = host.removesuffix(".").removesuffix(".cluster.local").removesuffix(".svc").split(".")
    yield labels[0], labels[1] if len(labels) > 1 else namespace
    if len(labels) > 1 and re.search(r"-\d+$", labels[0]):
        yield labels[1], labels[2] if len(labels) > 2 else namespace


def _same(one: str, other: str) -> bool:
    """Whether two namespaces may be one: manifests leave theirs out where it is named as they are applied."""
    return one == other or not one or not other
