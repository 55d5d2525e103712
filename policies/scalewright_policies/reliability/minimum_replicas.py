"""What somebody waits for runs more than once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright.plan.policy import Example, Rule, Standard, Violation
from scalewright.plan.policy.subject import items, mapping
from scalewright_policies.reliability import _commands, _traffic
from scalewright_policies.reliability._replicas import fewest, replicated

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.plan.policy import Objects, Pod
    from scalewright.plan.policy.rule import Settings


def _judge(objects: Objects, settings: Settings) -> Iterator[Violation]:
    for pod in replicated(objects):
        if objects.scaling(pod.owner) or not _is_repeatable(pod):
            continue
        found, reason = fewest(objects, pod.owner), _reason(objects, pod)
        if found and reason and 0 < found.count < settings["replicas"]:
            yield Violation(
                pod.owner, f"replicas are {found.count}, and {reason}; at least {settings['replicas']}", found.path
            )


def _is_repeatable(pod: Pod) -> bool:
    """Whether another replica is the same again: those of a StatefulSet are not, nor what shares one disk."""
    disks = [one for one in items(pod.spec.get("volumes")) if mapping(one).get("persistentVolumeClaim")]
    return pod.owner.kind != "StatefulSet" and not disks


def _reason(objects: Objects, pod: Pod) -> str | None:
    if pod.owner.kind == "Pooler":
        return "every statement passes through it"
    if found := next(_traffic.services(objects, pod), None):
        return f"Service {found.name} leads there"
    if any(_commands.is_worker(one) for one in pod.main()):
        return "nobody else takes the tasks of its queues"
    return None


RULE = Rule(
    name="minimum-replicas",
    group="reliability",
    title="What a Service leads to, or what alone works off a queue, has at least two replicas",
    why="A single replica is away whenever its node is drained or lost, and whoever waits for it waits until another "
    "has started.",
    severity="high",
    remedy="Give it two replicas: scale.min of the service, postgres.pooler.instances, or spec.replicas",
    standards=(
        Standard(
            "Kubernetes",
            "Disruptions: Dealing with disruptions",
            "https://kubernetes.io/docs/concepts/workloads/pods/disruptions/#dealing-with-disruptions",
        ),
    ),
    examples=Example(
        good="""
apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec:
  replicas: 2
  template: {metadata: {labels: {app: api}}}
---
apiVersion: v1
kind: Service
metadata: {name: api}
spec: {selector: {app: api}}
---
# Sends what is due, and must not be there twice.
apiVersion: apps/v1
kind: Deployment
metadata: {name: beat}
spec:
  template:
    spec: {containers: [{name: beat, command: [celery, -A, shop, beat]}]}
""",
        bad="""
apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec:
  template: {metadata: {labels: {app: api}}}
---
apiVersion: v1
kind: Service
metadata: {name: api}
spec: {selector: {app: api}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: worker}
spec:
  replicas: 1
  template:
    spec: {containers: [{name: worker, command: [celery, -A, shop, worker]}]}
---
apiVersion: postgresql.cnpg.io/v1
kind: Pooler
metadata: {name: pooler}
spec: {instances: 1}
""",
    ),
    settings={"replicas": 2},
    of_plan=_judge,
)
