"""Consumers against partitions: one partition goes to one consumer of a group, and those beyond are idle. Pure.

Known are consumers that KEDA scales by a topic's lag, and pods that say what they consume by an annotation.
https://kafka.apache.org/documentation/#intro_consumers
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from scalewright.autoscaling.capacity import Account, Holder
from scalewright.autoscaling.remedies import judged
from scalewright.plan.capacity.clients import holder_of
from scalewright.plan.capacity.programs import processes
from scalewright.plan.capacity.shares import Share
from scalewright.plan.capacity.workloads import MANAGED, whole, workloads
from scalewright.plan.policy.objects import listed
from scalewright.plan.policy.subject import items, mapping

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.autoscaling.capacity import Budget
    from scalewright.plan.capacity.workloads import Workload
    from scalewright.plan.policy.objects import Objects
    from scalewright.plan.policy.subject import Subject

#: On the template of pods: the topics that they consume, separated by commas.
ANNOTATION = "scalewright/consumes"


@listed
def budgets(objects: Objects) -> Iterator[Budget]:
    """Yield the consumers of each topic among the objects, by group."""
    groups: dict[str, dict[str, list[Workload]]] = defaultdict(lambda: defaultdict(list))
    for workload in workloads(objects):
        for consumed, group in dict.fromkeys(_consumed(objects, workload)):
            groups[consumed][group].append(workload)
    for topic in objects.of("KafkaTopic"):
        name = str(topic.spec.get("topicName") or topic.name)
        for group, found in groups.get(name, {}).items():
            yield judged(_account(topic, name, group, found))


def _consumed(objects: Objects, workload: Workload) -> Iterator[tuple[str, str]]:
    """Yield topic and group of what a workload consumes."""
    told = str(mapping(workload.pod.metadata.get("annotations")).get(ANNOTATION) or "")
    yield from ((topic.strip(), workload.subject.name) for topic in told.split(",") if topic.strip())
    scaler = objects.scaling(workload.subject)
    for trigger in map(mapping, items(scaler.spec.get("triggers")) if scaler else ()):
        about = mapping(trigger.get("metadata"))
        if str(trigger.get("type")) in {"kafka", "apache-kafka"} and about.get("topic"):
            yield str(about["topic"]), str(about.get("consumerGroup") or workload.subject.name)


def _account(topic: Subject, name: str, group: str, consumers: list[Workload]) -> Account:
    ours = mapping(topic.metadata.get("labels")).get(MANAGED) == "scalewright"
    return Account(
        name=f"consumers of topic {name} in group {group}",
        unit="consumers",
        bound=whole(topic.spec.get("partitions"), 1),
        bound_from=f"partitions of KafkaTopic {topic.name}",
        bound_knob=f"events.topics.{name}.partitions" if ours else f"partitions of KafkaTopic {topic.name}",
        holders=tuple(map(_holder, consumers)),
        owner=tuple(topic.identity),
        path="spec.partitions",
    )


def _holder(workload: Workload) -> Holder:
    """Return the consumers of a workload; that there are more for a moment, while it is replaced, harms nothing."""
    most = max((processes(one.arguments, one.env).working for one in workload.pod.main()), default=1)
    of_one = next(
        (found for one in workload.pod.main() if (found := processes(one.arguments, one.env)).working == most), None
    )
    steady = workload._replace(surge=0, surge_percent=0)
    return holder_of(steady, (of_one or processes([], {}))._replace(parents=0), Share(1))
