"""Replicas are kept off one host."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scalewright.plan.policy import Example, Rule, Standard, Violation
from scalewright.plan.policy.labels import selects
from scalewright.plan.policy.subject import get, items, mapping
from scalewright_policies.reliability._numbers import integer
from scalewright_policies.reliability._replicas import KAFKA, POSTGRES, fewest, replicated

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scalewright.plan.policy import Objects, Subject
    from scalewright.plan.policy.rule import Settings

HOST = "kubernetes.io/hostname"
_REQUIRED, _PREFERRED = (f"{one}DuringSchedulingIgnoredDuringExecution" for one in ("required", "preferred"))


def _judge(objects: Objects, _settings: Settings) -> Iterator[Violation]:
    for pod in replicated(objects):
        found = fewest(objects, pod.owner)
        if found and found.number > 1 and not _keeps_apart(pod.spec, pod.labels):
            yield _violation(pod.owner, found.number, f"{pod.path}.topologySpreadConstraints")
    for cluster in objects.of("Cluster", POSTGRES):
        count = integer(cluster.get("spec.instances"))
        if count and count > 1 and not _of_cluster(cluster):
            yield _violation(cluster, count, "spec.affinity")
    for pool in objects.of("KafkaNodePool", KAFKA):
        name = mapping(pool.metadata.get("labels")).get("strimzi.io/cluster", "")
        kafka = objects.find("Kafka", str(name), pool.namespace, KAFKA)
        template = pool.get("spec.template.pod") or (kafka and kafka.get("spec.kafka.template.pod"))
        count = integer(pool.get("spec.replicas"))
        if count and count > 1 and not _keeps_apart(mapping(template), None):
            yield _violation(pool, count, "spec.template.pod.topologySpreadConstraints")


def _violation(subject: Subject, count: int, path: str) -> Violation:
    return Violation(subject, f"nothing keeps its {count} replicas from running on the same host", path)


def _of_cluster(cluster: Subject) -> bool:
    """Whether instances are kept apart; operators' defaults: https://cloudnative-pg.io/docs/current/scheduling."""
    affinity = mapping(cluster.get("spec.affinity"))
    if affinity.get("enablePodAntiAffinity") is not False:
        required = affinity.get("podAntiAffinityType") == "required"
        return required or affinity.get("topologyKey", HOST) == HOST
    spec = {"affinity": {"podAntiAffinity": affinity.get("additionalPodAntiAffinity")}}
    return _keeps_apart({**spec, "topologySpreadConstraints": cluster.get("spec.topologySpreadConstraints")}, None)


def _keeps_apart(spec: Mapping[str, Any], labels: Mapping[str, str] | None) -> bool:
    """Whether a pod keeps off hosts that have one like it: by host, or strictly by what holds several hosts.

    A selector that does not match the pod's own labels does nothing. Labels that an operator gives are not known.
    """
    for one in map(mapping, items(spec.get("topologySpreadConstraints"))):
        strict = one.get("whenUnsatisfiable", "DoNotSchedule") == "DoNotSchedule"
        if _is_of(one, labels) and (strict or one.get("topologyKey") == HOST):
            return True
    terms = get(spec.get("affinity"), "podAntiAffinity", {})
    if any(_is_of(mapping(one), labels) for one in items(mapping(terms).get(_REQUIRED))):
        return True
    preferred = (mapping(mapping(one).get("podAffinityTerm")) for one in items(mapping(terms).get(_PREFERRED)))
    return any(_is_of(one, labels) and one.get("topologyKey") == HOST for one in preferred)


def _is_of(term: Mapping[str, Any], labels: Mapping[str, str] | None) -> bool:
    selector = term.get("labelSelector")
    return bool(term) and (labels is None or (selector is not None and selects(selector, labels)))


RULE = Rule(
    name="topology-spread",
    group="reliability",
    title="Several replicas are spread over hosts",
    why="Two replicas on one host are lost together, as if there were one.",
    severity="medium",
    remedy="Give the pods a topologySpreadConstraint with topologyKey: kubernetes.io/hostname whose labelSelector "
    "matches their own labels, and one with topology.kubernetes.io/zone",
    standards=(
        Standard(
            "Kubernetes",
            "Pod Topology Spread Constraints: topologySpreadConstraints field",
            "https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/"
            "#topologyspreadconstraints-field",
        ),
        Standard(
            "CloudNativePG",
            "Scheduling: Pod Affinity and Anti-Affinity",
            "https://cloudnative-pg.io/docs/current/scheduling",
        ),
    ),
    examples=Example(
        good="""
apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec:
  replicas: 2
  template:
    metadata: {labels: {app: api}}
    spec:
      topologySpreadConstraints:
      - maxSkew: 1
        topologyKey: kubernetes.io/hostname
        whenUnsatisfiable: ScheduleAnyway
        labelSelector: {matchLabels: {app: api}}
---
apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: {name: postgres}
spec: {instances: 3}
""",
        bad="""
apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec:
  replicas: 2
  template:
    metadata: {labels: {app: api}}
    spec:
      topologySpreadConstraints:
      - maxSkew: 1
        topologyKey: kubernetes.io/hostname
        whenUnsatisfiable: ScheduleAnyway
        labelSelector: {matchLabels: {app: another}}
---
apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: {name: postgres}
spec: {instances: 3, affinity: {enablePodAntiAffinity: false}}
---
apiVersion: kafka.strimzi.io/v1
kind: KafkaNodePool
metadata: {name: nodes, labels: {strimzi.io/cluster: events}}
spec: {replicas: 3}
""",
    ),
    of_plan=_judge,
)
