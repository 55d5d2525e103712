"""What pods ask of the nodes that a Namespace declares, at their most: all of them together, and the largest. Pure.

https://kubernetes.io/docs/tasks/administer-cluster/reserve-compute-resources/#node-allocatable
"""

from __future__ import annotations

import json
from math import ceil
from typing import TYPE_CHECKING, NamedTuple

from scalewright.autoscaling.capacity import Account, Line
from scalewright.autoscaling.remedies import judged
from scalewright.plan.capacity.quota import UNREADABLE, fixed, holders, parts_of, unit
from scalewright.plan.demand import amount, quantity
from scalewright.plan.policy.objects import listed
from scalewright.plan.policy.subject import mapping

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.autoscaling.capacity import Budget
    from scalewright.declaration import Quantity
    from scalewright.plan.capacity.quota import Part
    from scalewright.plan.policy.objects import Objects
    from scalewright.plan.policy.subject import Subject

#: On a Namespace: the nodes that its pods can have, as in ``{"count": 6, "cpu": "8", "memory": "32Gi"}``.
NODES = "scalewright/nodes"


class Nodes(NamedTuple):
    """Nodes of one size, by what is allocatable of each."""

    number: int
    sizes: dict[str, Quantity]


def declared(namespace: Subject) -> Nodes | None:
    """Return the nodes that a Namespace declares; None where it declares none that can be read."""
    try:
        said = json.loads(str(mapping(namespace.metadata.get("annotations")).get(NODES) or "{}"))
        return Nodes(int(said["count"]), {name: quantity(said[name]) for name in ("cpu", "memory")})
    except UNREADABLE:
        return None


@listed
def budgets(objects: Objects) -> Iterator[Budget]:
    """Yield processor and memory of the nodes of each Namespace that declares some."""
    for namespace in objects.of("Namespace"):
        if nodes := declared(namespace):
            parts, unread = parts_of(objects, namespace.name)
            for name in nodes.sizes:
                yield judged(_together(namespace, nodes, name, parts, unread))
                if largest := _largest(namespace, nodes, name, parts):
                    yield judged(largest)


def _together(namespace: Subject, nodes: Nodes, name: str, parts: list[Part], unread: tuple[str, ...]) -> Account:
    resource = f"requests.{name}"
    counted = unit(resource)
    return Account(
        name=f"{name} of all nodes",
        unit=counted.name,
        bound=nodes.number * int(counted.of(nodes.sizes[name])),
        bound_from=f"{nodes.number} nodes of {nodes.sizes[name]}, declared by Namespace {namespace.name}",
        bound_knob=f"{name} of each of {nodes.number} nodes, in {counted.name},",
        bound_times=nodes.number,
        holders=tuple(holders(parts, resource)),
        fixed=tuple(fixed(parts, resource)),
        unknown=unread,
        owner=tuple(namespace.identity),
        path=f'metadata.annotations["{NODES}"]',
    )


def _largest(namespace: Subject, nodes: Nodes, name: str, parts: list[Part]) -> Account | None:
    """Return what the largest pod asks of one node; None where no pod asks for anything."""
    resource = f"requests.{name}"
    counted = unit(resource)
    sizes = {
        f"{one.subject.kind} {one.subject.name}": ceil(counted.of(amount(one.demand, resource)) / pods)
        for one in parts
        if (pods := int(amount(one.demand, "pods")))
    }
    if not any(sizes.values()):
        return None
    largest = max(sizes, key=lambda one: sizes[one])
    return Account(
        name=f"{name} of one node",
        unit=counted.name,
        bound=int(counted.of(nodes.sizes[name])),
        bound_from=f"a node of {nodes.sizes[name]}, declared by Namespace {namespace.name}",
        bound_knob=f"{name} of each node, in {counted.name},",
        fixed=(Line.product(f"the largest pod, of {largest}", (counted.name, sizes[largest])),),
        owner=tuple(namespace.identity),
        path=f'metadata.annotations["{NODES}"]',
    )
