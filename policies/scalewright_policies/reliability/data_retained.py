"""A mistake in a program does not delete data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright.plan.policy import Example, Rule, Standard, Violation
from scalewright.plan.policy.subject import get, items, mapping, written
from scalewright_policies.reliability._replicas import KAFKA, POSTGRES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.plan.policy import Objects, Subject
    from scalewright.plan.policy.rule import Settings

#: Kinds with whose deletion data is gone, and those without which a copy of it is not found.
_DATA = frozenset(
    {
        ("", "PersistentVolumeClaim"),
        (POSTGRES, "Cluster"),
        ("barmancloud.cnpg.io", "ObjectStore"),
        (KAFKA, "Kafka"),
        (KAFKA, "KafkaNodePool"),
        (KAFKA, "KafkaTopic"),
    }
)


def _judge(objects: Objects, _settings: Settings) -> Iterator[Violation]:
    holding: dict[str, Subject] = {}
    for one in objects.all:
        data = (one.group, one.kind) in _DATA
        if data or (one.kind == "StatefulSet" and items(one.spec.get("volumeClaimTemplates"))):
            holding.setdefault(one.namespace, one)
        if data and _goes(one):
            yield Violation(one, f"a destroy deletes it with its data: {_said(one)}")
        yield from _of_claims(one)
    for namespace in objects.of("Namespace", ""):
        held = holding.get(namespace.name)
        if held is not None and _goes(namespace):
            yield Violation(
                namespace, f"a destroy deletes it with all in it, such as {held.identity}: {_said(namespace)}"
            )


def _goes(subject: Subject) -> bool:
    """Whether it is known that nothing keeps it: manifests do not tell."""
    options = subject.options
    return options.retain_on_delete is False and not options.protect


def _said(subject: Subject) -> str:
    options = subject.options
    return f"retain_on_delete is {written(options.retain_on_delete)}, and protect {written(bool(options.protect))}"


def _of_claims(subject: Subject) -> Iterator[Violation]:
    """Yield claims that go with what made them; unless it is said, all of them stay.

    https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#persistentvolumeclaim-retention
    """
    path = "spec.persistentVolumeClaimRetentionPolicy"
    if subject.kind == "StatefulSet":
        for field, when in (("whenDeleted", "the StatefulSet is deleted"), ("whenScaled", "it is scaled down")):
            if subject.get(f"{path}.{field}") == "Delete" and items(subject.spec.get("volumeClaimTemplates")):
                yield Violation(
                    subject,
                    f"{field} is Delete: the disks go when {when}",
                    f"{path}.{field}",
                    remedy=f"Set {path}.{field} to Retain",
                )
    if subject.group == KAFKA and subject.kind == "KafkaNodePool":
        volumes = items(subject.get("spec.storage.volumes"))
        found = [(f"spec.storage.volumes[{index}]", mapping(one)) for index, one in enumerate(volumes)]
        for place, storage in (("spec.storage", mapping(subject.get("spec.storage"))), *found):
            if get(storage, "deleteClaim") is True:
                yield Violation(
                    subject,
                    "deleteClaim is true: the disk goes with the node pool",
                    f"{place}.deleteClaim",
                    remedy=f"Take {place}.deleteClaim out",
                )


RULE = Rule(
    name="data-retained",
    group="reliability",
    title="What holds data outlives a destroy, and so does the namespace that it is in",
    why="A wrong stack, a renamed resource or a destroy by mistake would delete the database with its disks.",
    severity="critical",
    remedy="Give the resource retain_on_delete=True or protect=True (pulumi.ResourceOptions); a Namespace of ours has "
    "keep=True",
    standards=(
        Standard(
            "Pulumi",
            "Resource option: retainOnDelete",
            "https://www.pulumi.com/docs/iac/concepts/resources/options/retainondelete/",
        ),
        Standard(
            "Kubernetes",
            "StatefulSets: PersistentVolumeClaim retention",
            "https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#persistentvolumeclaim-retention",
        ),
    ),
    examples=Example(
        good="""
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: redis}
spec:
  volumeClaimTemplates: [{metadata: {name: data}}]
---
apiVersion: kafka.strimzi.io/v1
kind: KafkaNodePool
metadata: {name: nodes}
spec: {storage: {type: jbod, volumes: [{id: 0, type: persistent-claim, size: 1Gi}]}}
""",
        bad="""
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: redis}
spec:
  persistentVolumeClaimRetentionPolicy: {whenDeleted: Delete}
  volumeClaimTemplates: [{metadata: {name: data}}]
---
apiVersion: kafka.strimzi.io/v1
kind: KafkaNodePool
metadata: {name: nodes}
spec: {storage: {type: jbod, volumes: [{id: 0, type: persistent-claim, size: 1Gi, deleteClaim: true}]}}
""",
    ),
    of_plan=_judge,
)
