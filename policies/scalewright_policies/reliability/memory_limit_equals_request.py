"""Memory that was promised is there, and no more is taken."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scalewright.declaration import Quantity, QuantityError
from scalewright.plan.policy import Example, Rule, Standard, Violation
from scalewright_policies.reliability._resources import sized

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.plan.policy import Objects
    from scalewright.plan.policy.rule import Settings


def _judge(objects: Objects, _settings: Settings) -> Iterator[Violation]:
    for one in sized(objects):
        request, limit = one.requests.get("memory"), one.limits.get("memory")
        if request is None or _amount(request) is None:  # with a limit alone, that is the request too
            continue
        path = f"{one.path}.limits.memory"
        if limit is None:
            yield Violation(one.subject, f"container {one.name} asks for {request} of memory and has no limit", path)
        elif _amount(limit) not in (None, _amount(request)):
            yield Violation(
                one.subject, f"container {one.name} asks for {request} of memory, and its limit is {limit}", path
            )


def _amount(value: Any) -> Quantity | None:
    try:
        return Quantity(value if isinstance(value, str | int) else str(value))
    except QuantityError:
        return None


RULE = Rule(
    name="memory-limit-equals-request",
    group="reliability",
    title="The memory limit of a container is its request",
    why="Memory above the request is promised to nobody: when a node runs out of it, the pods that took most of it are "
    "ended first, however healthy they are.",
    severity="medium",
    remedy="Set resources.limits.memory to resources.requests.memory",
    standards=(
        Standard(
            "Kubernetes",
            "Node-pressure Eviction: Pod selection for kubelet eviction",
            "https://kubernetes.io/docs/concepts/scheduling-eviction/node-pressure-eviction/"
            "#pod-selection-for-kubelet-eviction",
        ),
    ),
    examples=Example(
        good="""
apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec:
  template:
    spec:
      containers:
      - {name: api, resources: {requests: {cpu: 100m, memory: 1Gi}, limits: {memory: 1024Mi}}}
""",
        bad="""
apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec:
  template:
    spec:
      containers:
      - {name: api, resources: {requests: {memory: 1Gi}, limits: {memory: 2Gi}}}
---
apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: {name: postgres}
spec: {resources: {requests: {cpu: "1", memory: 1Gi}}}
""",
    ),
    of_plan=_judge,
)
