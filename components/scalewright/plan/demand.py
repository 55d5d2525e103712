"""What objects take of a namespace at the fewest replicas that they may have, or at the most. Pure arithmetic.

The fewest are what a cluster must have for an environment to come up at all; what a quota must allow while it rolls,
see :mod:`scalewright.kubernetes.quota`.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from scalewright.declaration import Quantity
from scalewright.plan.scalers import MOST_OF_KEDA, SCALERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from scalewright.plan.scalers import Bounds

Manifest = dict[str, Any]
#: Amounts by the names that a ResourceQuota has for them: https://kubernetes.io/docs/concepts/policy/resource-quotas/
Demand = dict[str, Quantity]

NOTHING, ONE = Quantity(0), Quantity(1)
_COUNTED = {
    "ConfigMap": "configmaps",
    "PersistentVolumeClaim": "persistentvolumeclaims",
    "Secret": "secrets",
    "Service": "services",
}
_SERVICES = {"LoadBalancer": "services.loadbalancers", "NodePort": "services.nodeports"}
#: Short names that a quota may use for requests.
_SAME = {"cpu": "requests.cpu", "memory": "requests.memory"}


def demands(manifests: Iterable[Manifest], *, most: bool = False) -> dict[str, Demand]:
    """Return what each object takes that takes anything, by kind and name, at its fewest replicas or at its most."""
    manifests = list(manifests)
    scaled = dict(_most(manifests) if most else _fewest(manifests))
    stores = {one["metadata"].get("name"): one for one in manifests if one["kind"] == "ObjectStore"}
    found = {identity(one): _of(one, scaled, stores) for one in manifests}
    return {name: demand for name, demand in found.items() if demand}


def quantity(value: Any) -> Quantity:
    """Return an amount as manifests have it: as text, or as a number, be it a fraction such as ``cpu: 0.5``."""
    return Quantity(str(value) if isinstance(value, float) else value)


def identity(manifest: Manifest) -> str:
    """Return the kind and the name of an object, which are unique in a namespace for our purposes."""
    return f"{manifest['kind']} {manifest['metadata'].get('name', '')}".rstrip()


def amount(demand: Mapping[str, Quantity], resource: str) -> Quantity:
    """Return how much of a resource of a quota a demand is."""
    return demand.get(_SAME.get(resource, resource), NOTHING)


def _fewest(manifests: Iterable[Manifest]) -> Iterator[tuple[str, int]]:
    """Yield the fewest replicas of what an autoscaler scales."""
    for bounds, target, spec in _scaled(manifests):
        yield target, spec.get(bounds.least, bounds.otherwise)


def _most(manifests: Iterable[Manifest]) -> Iterator[tuple[str, int]]:
    """Yield the most replicas of what an autoscaler scales."""
    for bounds, target, spec in _scaled(manifests):
        yield target, spec.get(bounds.most, MOST_OF_KEDA)


def _scaled(manifests: Iterable[Manifest]) -> Iterator[tuple[Bounds, str, Any]]:
    """Yield where each autoscaler has its bounds, what it scales, and how."""
    for one in manifests:
        if bounds := SCALERS.get(one["kind"]):
            target = one["spec"]["scaleTargetRef"]
            yield bounds, f"{target.get('kind', 'Deployment')} {target['name']}", one["spec"]


def _of(manifest: Manifest, scaled: Mapping[str, int], stores: Mapping[Any, Manifest]) -> Demand:
    total: Demand = defaultdict(lambda: NOTHING)
    spec = manifest.get("spec", {})
    if counted := _COUNTED.get(manifest["kind"]):
        total[counted] += ONE
    match manifest["kind"]:
        case "Deployment" | "StatefulSet" | "Job":
            replicas = scaled.get(identity(manifest), spec.get("replicas", 1))
            _add(total, replicas, _of_pod(spec["template"]["spec"]))
            for claim in spec.get("volumeClaimTemplates", ()):
                _add(total, replicas, _of_claim(claim["spec"]["resources"]["requests"]["storage"]))
        case "PersistentVolumeClaim":
            total["requests.storage"] += quantity(spec["resources"]["requests"]["storage"])
        case "Service" if spec.get("type") in _SERVICES:
            total[_SERVICES[spec["type"]]] += ONE
        case _:
            _add_of_operators(total, manifest, stores)
    return dict(total)


def _add_of_operators(total: Demand, manifest: Manifest, stores: Mapping[Any, Manifest]) -> None:
    """Add what operators make pods and disks of."""
    spec = manifest.get("spec", {})
    match manifest["kind"]:
        case "Cluster":  # https://cloudnative-pg.io/docs/current/cloudnative-pg.v1#clusterspec
            instances = spec.get("instances", 1)
            _add(total, instances, _of_containers([spec, *_sidecars(spec, stores)]))
            _add(total, instances, _of_claim(spec["storage"]["size"]))
        case "Pooler":
            _add(total, spec.get("instances", 1), _of_pod(spec.get("template", {}).get("spec", {})))
        case "KafkaNodePool":
            _add(total, spec["replicas"], _of_containers([spec]))
            for volume in spec["storage"].get("volumes", ()):
                _add(total, spec["replicas"], _of_claim(volume["size"]))
        case "Kafka" if operators := spec.get("entityOperator"):
            pair = (operators.get(one) for one in ("topicOperator", "userOperator"))
            _add(total, 1, _of_containers(one for one in pair if one is not None))


def _sidecars(spec: Manifest, stores: Mapping[Any, Manifest]) -> Iterator[Manifest]:
    """Yield what the barman-cloud plugin adds to each instance, for the ObjectStore that a Cluster names.

    https://cloudnative-pg.io/plugin-barman-cloud/docs/concepts/
    """
    for plugin in spec.get("plugins", ()):
        if store := stores.get(plugin.get("parameters", {}).get("barmanObjectName")):
            yield store.get("spec", {}).get("instanceSidecarConfiguration", {})


def _add(total: Demand, times: int, demand: Demand) -> None:
    for name, one in demand.items():
        total[name] += times * one


def _of_pod(pod: Manifest) -> Demand:
    """Return what a pod asks for: https://kubernetes.io/docs/concepts/workloads/pods/init-containers/#resource-sharing-within-containers."""
    together = _of_containers(pod.get("containers", ()))
    for first in pod.get("initContainers", ()):
        for name, one in _of_containers([first]).items():
            together[name] = max(together.get(name, NOTHING), one)
    return together


def _of_containers(containers: Iterable[Manifest]) -> Demand:
    total: Demand = defaultdict(lambda: NOTHING)
    total["pods"] = ONE
    for container in containers:
        resources = container.get("resources", {})
        limits = resources.get("limits", {})
        for name, one in limits.items():
            total[f"limits.{name}"] += quantity(one)
        for name, one in {**limits, **resources.get("requests", {})}.items():  # what has a limit only asks for that
            total[f"requests.{name}"] += quantity(one)
    return dict(total)


def _of_claim(size: str) -> Demand:
    return {"persistentvolumeclaims": ONE, "requests.storage": Quantity(size)}
