"""The pods that a render becomes: those of its workloads, and those that operators make, as their manuals have it.

CloudNativePG: https://cloudnative-pg.io/docs/current/labels_annotations and /networking, of jobs `pkg/specs/jobs.go`;
Strimzi: `KafkaCluster.java` and `EntityOperator.java`; cert-manager's solver: `pkg/issuer/acme/http/pod.go`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from scalewright.plan.reachability import End

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Manifest = dict[str, Any]
WORKLOADS = ("Deployment", "StatefulSet", "Job")


class Pod(NamedTuple):
    """One kind of pod, and the ports that its containers listen on."""

    name: str
    end: End
    ports: frozenset[int]


def pods(objects: Iterable[Manifest]) -> dict[str, Pod]:
    """Return every kind of pod that there will be in the namespace, and a stranger that belongs to none."""
    return {one.name: one for manifest in objects for one in _of(manifest)}


def _of(manifest: Manifest) -> Iterator[Pod]:
    kind, name = manifest["kind"], manifest["metadata"]["name"]
    namespace = manifest["metadata"].get("namespace", "")

    def pod(name: str, labels: dict[str, str], *ports: int) -> Pod:
        return Pod(name, End(namespace, labels), frozenset(ports))

    if kind in WORKLOADS:
        template = manifest["spec"]["template"]
        listening = [port["containerPort"] for one in template["spec"]["containers"] for port in one.get("ports", ())]
        yield pod(template["metadata"]["labels"]["app.kubernetes.io/name"], template["metadata"]["labels"], *listening)
    if kind == "Cluster":
        common = {"cnpg.io/cluster": name, "app.kubernetes.io/name": "postgresql"}
        yield pod(
            "instance", {**common, "cnpg.io/podRole": "instance", "cnpg.io/instanceRole": "replica"}, 5432, 8000, 9187
        )
        yield pod("initdb", {**common, "cnpg.io/jobRole": "initdb"})
        yield pod("join", {**common, "cnpg.io/jobRole": "join"})
    if kind == "Pooler":
        cluster = manifest["spec"]["cluster"]["name"]
        labels = {"cnpg.io/poolerName": name, "cnpg.io/cluster": cluster, "cnpg.io/podRole": "pooler"}
        yield pod(f"pooler-{manifest['spec']['type']}", labels, 5432, 9127)
    if kind == "Kafka":
        common = {"strimzi.io/cluster": name, "strimzi.io/kind": "Kafka"}
        pool = {"strimzi.io/pool-name": f"{name}-nodes"}
        yield pod("broker", {**common, **pool, "strimzi.io/name": f"{name}-kafka"}, 8443, 9090, 9091, 9093)
        yield pod("entity-operator", {**common, "strimzi.io/name": f"{name}-entity-operator"}, 8080, 8081)
    if kind == "Certificate":
        yield pod("solver", {"acme.cert-manager.io/http01-solver": "true"}, 8089)
    if kind == "ResourceQuota":  # one in each namespace
        yield pod("stranger", {"app.kubernetes.io/name": "stranger"}, 8000)
