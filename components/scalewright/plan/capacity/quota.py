"""What a namespace takes at its most, against its quota. Pure.

Counted are pods at the most replicas, with what a rolling update adds, and disks. Pods that drain count until they are
gone, so that a quota is better above this than at it: https://kubernetes.io/docs/concepts/policy/resource-quotas/
"""

from __future__ import annotations

from dataclasses import replace
from math import ceil
from typing import TYPE_CHECKING, Any, NamedTuple

from scalewright.autoscaling.capacity import Account, Holder, Knobs, Line
from scalewright.autoscaling.remedies import judged
from scalewright.plan.capacity import poolers
from scalewright.plan.capacity.workloads import workloads
from scalewright.plan.demand import Demand, amount, demands, quantity
from scalewright.plan.policy.objects import listed, once
from scalewright.plan.policy.subject import mapping

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from scalewright.autoscaling.capacity import Budget
    from scalewright.declaration import Quantity
    from scalewright.plan.capacity.workloads import Workload
    from scalewright.plan.policy.objects import Objects
    from scalewright.plan.policy.subject import Subject

#: What pods and their disks take; how many Services or Secrets there are, no number of replicas changes.
OF_PODS = ("pods", "cpu", "memory", "ephemeral-storage", "persistentvolumeclaims", "requests.", "limits.")
_SCALED = frozenset({"Deployment", "StatefulSet", "ScaledJob", "Pooler"})
UNREADABLE = (AttributeError, KeyError, TypeError, ValueError)


class Unit(NamedTuple):
    """In which whole numbers a resource is counted."""

    name: str
    of: Callable[[Quantity], float]


class Part(NamedTuple):
    """What one object takes: what has pods that are alike by each of them, all else in all."""

    subject: Subject
    demand: Demand
    pods: Holder | None
    """How many pods there are that are alike; they hold nothing yet."""


def unit(resource: str) -> Unit:
    """Return how a resource is counted: cores in thousandths, memory and disks in MiB, all else by the piece."""
    if resource.endswith("cpu"):
        return Unit("millicores", lambda one: float(1000 * one))
    if resource.endswith(("memory", "storage")):
        return Unit("MiB", lambda one: float(one) / 2**20)
    return Unit(resource, float)


@listed
def budgets(objects: Objects) -> Iterator[Budget]:
    """Yield what pods take of each quota that holds for all of its namespace."""
    for quota in objects.of("ResourceQuota"):
        hard = mapping(quota.spec.get("hard"))
        if quota.spec.get("scopes") or quota.spec.get("scopeSelector"):
            continue  # of some pods only
        parts, unread = parts_of(objects, quota.namespace)
        for resource, value in sorted(hard.items(), key=str):
            if not str(resource).startswith(OF_PODS) or (bound := _quantity(value)) is None:
                continue
            account = _of_quota(quota, str(resource), bound, parts, unread)
            if account.total:
                yield judged(account)


def _of_quota(quota: Subject, resource: str, bound: Quantity, parts: list[Part], unread: tuple[str, ...]) -> Account:
    counted = unit(resource)
    return Account(
        name=f"{resource} of namespace {quota.namespace or quota.name}",
        unit=counted.name,
        bound=int(counted.of(bound)),
        bound_from=f"{resource} of ResourceQuota {quota.name}",
        bound_knob=f"{resource} of ResourceQuota {quota.name}"
        + ("" if counted.name == resource else f", in {counted.name},"),
        holders=tuple(holders(parts, resource)),
        fixed=tuple(fixed(parts, resource)),
        unknown=unread,
        owner=tuple(quota.identity),
        path=f"spec.hard.{resource}",
    )


@once
def parts_of(objects: Objects, namespace: str) -> tuple[list[Part], tuple[str, ...]]:
    """Return what each object of a namespace takes, and a sentence for each that cannot be read."""
    known = _workloads(objects)
    near = objects.of("ObjectStore", "barmancloud.cnpg.io", namespace)
    stores = [dict(one.manifest) for one in near if isinstance(one.metadata.get("name"), str)]
    parts: list[Part] = []
    unread: list[str] = []
    for subject in objects.within(namespace):
        workload = known.get(id(subject))
        if workload and subject.kind in {"DaemonSet", "CronJob"}:
            unread.append(f"{subject.kind} {subject.name}: how many pods it has at once depends on nodes and time")
            continue
        try:
            one = _single(subject) if subject.kind in _SCALED else dict(subject.manifest)
            found = demands([one, *stores])
        except UNREADABLE:
            unread.append(f"{subject.kind} {subject.name}: it has not the form of its kind")
            continue
        pods = _pods(subject, workload) if subject.kind in _SCALED else None
        parts += [Part(subject, one, pods) for one in found.values()]
    return parts, tuple(unread)


@once
def _workloads(objects: Objects) -> Mapping[int, Workload]:
    return {id(one.subject): one for one in workloads(objects)}


def _single(subject: Subject) -> dict[str, Any]:
    """Return what has several pods as if it had one."""
    if subject.kind == "ScaledJob":
        return {**subject.manifest, "kind": "Job", "spec": subject.spec["jobTargetRef"]}
    return {**subject.manifest, "spec": {**subject.spec, "replicas": 1, "instances": 1}}


def _pods(subject: Subject, workload: Workload | None) -> Holder | None:
    """Return how many pods there can be."""
    if workload is None:
        return replace(poolers.instances(subject), noun="pods") if subject.kind == "Pooler" else None
    return Holder(
        name=subject.name,
        noun="pods",
        replicas=workload.most,
        fewest=workload.fewest,
        surge=workload.surge,
        surge_percent=workload.surge_percent,
        size=0,
        knobs=Knobs(replicas=workload.knob),
    )


def holders(parts: list[Part], resource: str) -> Iterator[Holder]:
    """Yield what scales, with what each of its pods takes of a resource."""
    for part in parts:
        if part.pods and (each := ceil(unit(resource).of(amount(part.demand, resource)))):
            yield replace(part.pods, size=each)


def fixed(parts: list[Part], resource: str) -> Iterator[Line]:
    """Yield what does not scale, with what it takes of a resource."""
    for part in parts:
        if part.pods is None and (asked := ceil(unit(resource).of(amount(part.demand, resource)))):
            yield Line.product(f"{part.subject.kind} {part.subject.name}", (unit(resource).name, asked))


def _quantity(value: Any) -> Quantity | None:
    try:
        return quantity(value)
    except UNREADABLE:
        return None
