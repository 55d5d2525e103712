"""Pods as NetworkPolicies see them, and what those say of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from scalewright.plan.policy.subject import items, mapping

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scalewright.plan.policy import Objects, Subject

DIRECTIONS = ("Ingress", "Egress")
#: The field of a direction's rules, and the field of whom such a rule names.
FIELDS = {"Ingress": ("ingress", "from"), "Egress": ("egress", "to")}


class Workload(NamedTuple):
    """What makes pods, by itself or by an operator, and the labels that these have."""

    subject: Subject
    labels: Mapping[str, Any]


def workloads(objects: Objects) -> Iterator[Workload]:
    """Yield all that makes pods in the network of their namespace, kinds of operators included."""
    for pod in objects.pods:
        if pod.spec.get("hostNetwork") is not True:
            yield Workload(pod.owner, pod.labels)
    # https://cloudnative-pg.io/docs/current/labels_annotations
    for one in objects.of("Cluster", "postgresql.cnpg.io"):
        yield Workload(one, {"cnpg.io/cluster": one.name, "cnpg.io/podRole": "instance"})
    for one in objects.of("Pooler", "postgresql.cnpg.io"):
        yield Workload(one, {"cnpg.io/poolerName": one.name, "cnpg.io/podRole": "pooler"})
    # https://strimzi.io/docs/operators/latest/deploying.html
    for one in objects.of("Kafka", "kafka.strimzi.io"):
        yield Workload(one, {"strimzi.io/cluster": one.name, "strimzi.io/name": f"{one.name}-kafka"})


def policies(objects: Objects, namespace: str) -> Iterator[Subject]:
    """Yield the policies of a namespace."""
    return objects.of("NetworkPolicy", "networking.k8s.io", namespace)


def is_of_all(policy: Subject) -> bool:
    """Whether a policy selects every pod of its namespace."""
    selector = mapping(policy.spec.get("podSelector"))
    return not mapping(selector.get("matchLabels")) and not items(selector.get("matchExpressions"))


def own(objects: Objects, workload: Workload) -> Iterator[Subject]:
    """Yield the policies that select the pods of a workload, but not every pod."""
    for one in objects.matching("NetworkPolicy", workload.subject.namespace, workload.labels):
        if one.group == "networking.k8s.io" and not is_of_all(one):
            yield one


def directions(policy: Subject) -> set[str]:
    """Return the directions that a policy restricts; unsaid, ingress, and egress if it has rules for that."""
    if types := items(policy.spec.get("policyTypes")):
        return {str(one) for one in types}
    return {"Ingress", *(("Egress",) if "egress" in policy.spec else ())}


def rules(policy: Subject, direction: str) -> Iterator[tuple[Mapping[str, Any], str]]:
    """Yield what a policy allows in a direction that it restricts, each with its path."""
    field, _ = FIELDS[direction]
    if direction in directions(policy):
        for index, one in enumerate(items(policy.spec.get(field))):
            yield mapping(one), f"spec.{field}[{index}]"
