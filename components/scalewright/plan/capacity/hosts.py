"""What a host name inside a cluster leads to. Pure.

https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from scalewright.plan.policy.labels import selects
from scalewright.plan.policy.subject import mapping

if TYPE_CHECKING:
    from collections.abc import Iterator

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
    for pooler in objects.of("Pooler"):
        if _is(pooler, name, place):
            return Target(pooler)
    for cluster in objects.of("Cluster", "postgresql.cnpg.io"):
        for role in ROLES:
            if name == f"{cluster.name}-{role}" and _same(cluster.namespace, place):
                return Target(cluster, role)
    return next((Target(pod.owner) for pod in behind(objects, host, namespace)), None)


def behind(objects: Objects, host: str, namespace: str) -> Iterator[Pod]:
    """Yield what makes the pods behind a name of a Service, or of a single pod behind a headless one."""
    for service in _named(objects, host, namespace):
        selector = mapping(service.spec.get("selector"))
        if not selector:
            continue
        for pod in objects.pods:
            if _same(pod.owner.namespace, service.namespace) and selects(selector, pod.labels):
                yield pod


def _named(objects: Objects, host: str, namespace: str) -> Iterator[Subject]:
    """Yield the Services that a host may name, each once."""
    found = {
        id(one): one
        for name, place in _services(host, namespace)
        for one in objects.named("Service", name)
        if _same(one.namespace, place)
    }
    yield from found.values()


def _services(host: str, namespace: str) -> Iterator[tuple[str, str]]:
    """Yield name and namespace of the Services that a host may name: itself, or that of the pod of a StatefulSet."""
    labels = host.removesuffix(".").removesuffix(".cluster.local").removesuffix(".svc").split(".")
    yield labels[0], labels[1] if len(labels) > 1 else namespace
    if len(labels) > 1 and re.search(r"-\d+$", labels[0]):
        yield labels[1], labels[2] if len(labels) > 2 else namespace


def _is(subject: Subject, name: str, namespace: str) -> bool:
    return subject.name == name and _same(subject.namespace, namespace)


def _same(one: str, other: str) -> bool:
    """Whether two namespaces may be one: manifests leave theirs out where it is named as they are applied."""
    return one == other or not one or not other
