"""Requests and limits of containers, those that operators make included."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from scalewright.plan.policy.subject import get, items, mapping
from scalewright_policies.reliability._replicas import KAFKA, POSTGRES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scalewright.plan.policy import Objects, Pod, Subject


class Sized(NamedTuple):
    """What a container asks for, and where that stands."""

    subject: Subject
    name: str
    path: str
    """The path of `resources`."""
    requests: Mapping[str, Any]
    limits: Mapping[str, Any]


def sized(objects: Objects) -> Iterator[Sized]:
    """Yield the resources of all containers; a pod that has them as a whole is taken for one."""
    for pod in objects.pods:
        yield from _of_pod(pod)
    for one in objects.of("Cluster", POSTGRES):
        yield _sized(one, "postgres", "spec.resources", one.get("spec.resources"))
    for one in objects.of("Pooler", POSTGRES):
        yield _of_pooler(one)
    for one in objects.of("ObjectStore", "barmancloud.cnpg.io"):
        path = "spec.instanceSidecarConfiguration.resources"
        yield _sized(one, "plugin-barman-cloud", path, one.get(path))
    for one in objects.of("KafkaNodePool", KAFKA):
        yield _sized(one, "kafka", "spec.resources", one.get("spec.resources") or _of_cluster(objects, one))
    for one in objects.of("Kafka", KAFKA):
        for operator in ("topicOperator", "userOperator"):
            path = f"spec.entityOperator.{operator}"
            if one.get(path) is not None:
                yield _sized(one, operator, f"{path}.resources", one.get(f"{path}.resources"))


def _of_pod(pod: Pod) -> Iterator[Sized]:
    whole = mapping(pod.spec.get("resources"))
    if whole.get("requests") or whole.get("limits"):
        yield _sized(pod.owner, "the pod", f"{pod.path}.resources", whole)
        return
    for container in pod.containers():
        if container.role != "ephemeral":
            resources = container.spec.get("resources")
            yield _sized(pod.owner, container.name, f"{container.path}.resources", resources)


def _of_pooler(pooler: Subject) -> Sized:
    path = "spec.template.spec.containers"
    for index, one in enumerate(items(pooler.get(path))):
        if mapping(one).get("name") == "pgbouncer":
            return _sized(pooler, "pgbouncer", f"{path}[{index}].resources", mapping(one).get("resources"))
    return _sized(pooler, "pgbouncer", path, None)


def _of_cluster(objects: Objects, pool: Subject) -> Any:
    """Return the resources that pools take from their cluster: https://strimzi.io/docs/operators/latest/configuring.html."""
    cluster = mapping(pool.metadata.get("labels")).get("strimzi.io/cluster", "")
    found = objects.find("Kafka", str(cluster), pool.namespace, KAFKA)
    return get(found.manifest, "spec.kafka.resources") if found else None


def _sized(subject: Subject, name: str, path: str, resources: Any) -> Sized:
    known = mapping(resources)
    return Sized(subject, name, path, mapping(known.get("requests")), mapping(known.get("limits")))
