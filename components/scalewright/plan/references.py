"""What the objects of a plan refer to by name, and who makes it. Pure."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

from scalewright.plan.records import Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Manifest = dict[str, Any]

USER = "you, before the first apply"
GENERATED = f"`pulumi up`, by chance; else {USER}"


class Target(NamedTuple):
    """An object by its kind, namespace (empty for one of the whole cluster) and name."""

    kind: str
    namespace: str
    name: str


class Reference(Record):
    """What is referred to and not among the objects: the keys that are read of it, and who makes it."""

    kind: str
    namespace: str
    name: str
    keys: tuple[str, ...] = ()
    maker: str


def external(objects: Iterable[Manifest], withheld: Iterable[Manifest] = ()) -> list[Reference]:
    """Return all that objects refer to and that is not one of them, sorted.

    `withheld` are Secrets of the plan whose values are known to Pulumi alone.
    """
    objects = list(objects)
    made = {_target(one) for one in objects}
    makers = {target: maker for one in objects for target, maker in _by_operators(one)}
    makers |= {_target(one): GENERATED for one in withheld}
    wanted: dict[Target, set[str]] = defaultdict(set)
    for one in objects:
        for target, key in references(one):
            if target not in made:
                wanted[target] |= {key} if key else set()
    return [
        Reference(**target._asdict(), keys=tuple(sorted(keys)), maker=makers.get(target, USER))
        for target, keys in sorted(wanted.items())
    ]


def references(manifest: Manifest) -> Iterator[tuple[Target, str | None]]:
    """Yield what an object refers to, with the key that it reads where it reads one."""
    namespace = manifest["metadata"].get("namespace", "")
    for pod in _pods(manifest):
        yield from _of_pod(pod, namespace)
    if cluster := manifest["metadata"].get("labels", {}).get("strimzi.io/cluster"):
        yield Target("Kafka", namespace, cluster), None
    find = _OF_KIND.get(manifest["kind"])
    if find is not None:
        yield from find(manifest.get("spec", {}), namespace)


def _target(manifest: Manifest) -> Target:
    metadata = manifest["metadata"]
    return Target(manifest["kind"], metadata.get("namespace", ""), metadata["name"])


def _pods(manifest: Manifest) -> Iterator[Manifest]:
    """Yield the pods' descriptions of a workload."""
    spec = manifest.get("spec", {})
    if manifest["kind"] == "CronJob":
        spec = spec["jobTemplate"]["spec"]
    if manifest["kind"] in {"Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob"}:
        yield spec["template"]["spec"]


def _of_pod(pod: Manifest, namespace: str) -> Iterator[tuple[Target, str | None]]:
    if account := pod.get("serviceAccountName"):
        yield Target("ServiceAccount", namespace, account), None
    for secret in pod.get("imagePullSecrets", ()):
        yield Target("Secret", namespace, secret["name"]), None
    for volume in pod.get("volumes", ()):
        for source in (volume, *volume.get("projected", {}).get("sources", ())):
            yield from _of_volume(source, namespace)
    for container in (*pod.get("initContainers", ()), *pod["containers"]):
        for source in (*container.get("envFrom", ()), *(one.get("valueFrom", {}) for one in container.get("env", ()))):
            for field, kind in (("secret", "Secret"), ("configMap", "ConfigMap")):
                if found := source.get(f"{field}KeyRef") or source.get(f"{field}Ref"):
                    yield Target(kind, namespace, found["name"]), found.get("key")


def _of_volume(source: Manifest, namespace: str) -> Iterator[tuple[Target, str | None]]:
    for field, kind in (("secret", "Secret"), ("configMap", "ConfigMap")):
        found = source.get(field)
        name = found and (found.get("name") or found.get("secretName"))
        if found and name:
            for item in found.get("items") or ({"key": None},):
                yield Target(kind, namespace, name), item["key"]
    if claim := source.get("persistentVolumeClaim"):
        yield Target("PersistentVolumeClaim", namespace, claim["claimName"]), None


def _of_scaled(spec: Manifest, namespace: str) -> Iterator[tuple[Target, str | None]]:
    target = spec["scaleTargetRef"]
    yield Target(target.get("kind", "Deployment"), namespace, target["name"]), None
    for trigger in spec.get("triggers", ()):
        if one := trigger.get("authenticationRef"):
            kind = one.get("kind", "TriggerAuthentication")
            yield Target(kind, namespace if kind == "TriggerAuthentication" else "", one["name"]), None


def _of_stateful_set(spec: Manifest, namespace: str) -> Iterator[tuple[Target, str | None]]:
    if service := spec.get("serviceName"):
        yield Target("Service", namespace, service), None


def _of_trigger_authentication(spec: Manifest, namespace: str) -> Iterator[tuple[Target, str | None]]:
    for one in spec.get("secretTargetRef", ()):
        yield Target("Secret", namespace, one["name"]), one["key"]


def _of_gateway(spec: Manifest, namespace: str) -> Iterator[tuple[Target, str | None]]:
    yield Target("GatewayClass", "", spec["gatewayClassName"]), None
    for listener in spec["listeners"]:
        for one in listener.get("tls", {}).get("certificateRefs", ()):
            for key in ("tls.crt", "tls.key"):
                yield Target(one.get("kind", "Secret"), one.get("namespace", namespace), one["name"]), key


def _of_route(spec: Manifest, namespace: str) -> Iterator[tuple[Target, str | None]]:
    for one in spec.get("parentRefs", ()):
        yield Target(one.get("kind", "Gateway"), one.get("namespace", namespace), one["name"]), None
    for rule in spec.get("rules", ()):
        for one in rule.get("backendRefs", ()):
            yield Target(one.get("kind", "Service"), one.get("namespace", namespace), one["name"]), None
        for one in (found["extensionRef"] for found in rule.get("filters", ()) if "extensionRef" in found):
            yield Target(one["kind"], namespace, one["name"]), None


def _of_certificate(spec: Manifest, namespace: str) -> Iterator[tuple[Target, str | None]]:
    issuer = spec["issuerRef"]
    kind = issuer.get("kind", "Issuer")
    yield Target(kind, "" if kind == "ClusterIssuer" else namespace, issuer["name"]), None


def _of_issuer(spec: Manifest, namespace: str) -> Iterator[tuple[Target, str | None]]:
    if authority := spec.get("ca"):
        for key in ("tls.crt", "tls.key"):
            yield Target("Secret", namespace, authority["secretName"]), key


def _of_cluster(spec: Manifest, namespace: str) -> Iterator[tuple[Target, str | None]]:
    for plugin in spec.get("plugins", ()):
        if store := plugin.get("parameters", {}).get("barmanObjectName"):
            yield Target("ObjectStore", namespace, store), None


def _of_named_cluster(spec: Manifest, namespace: str) -> Iterator[tuple[Target, str | None]]:
    yield Target("Cluster", namespace, spec["cluster"]["name"]), None


def _of_object_store(spec: Manifest, namespace: str) -> Iterator[tuple[Target, str | None]]:
    for one in spec["configuration"].get("s3Credentials", {}).values():
        if isinstance(one, dict):
            yield Target("Secret", namespace, one["name"]), one["key"]


_OF_KIND = {
    "Cluster": _of_cluster,
    "ObjectStore": _of_object_store,
    "Pooler": _of_named_cluster,
    "ScheduledBackup": _of_named_cluster,
    "Certificate": _of_certificate,
    "Gateway": _of_gateway,
    "HTTPRoute": _of_route,
    "HorizontalPodAutoscaler": _of_scaled,
    "Issuer": _of_issuer,
    "ScaledObject": _of_scaled,
    "StatefulSet": _of_stateful_set,
    "TriggerAuthentication": _of_trigger_authentication,
}


def _by_operators(manifest: Manifest) -> Iterator[tuple[Target, str]]:
    """Yield what an operator makes of an object, or brings for it, and its name."""
    namespace, spec = manifest["metadata"].get("namespace", ""), manifest.get("spec", {})
    if manifest["kind"] == "Certificate":
        yield Target("Secret", namespace, spec["secretName"]), "cert-manager"
    if manifest["kind"] == "Cluster":
        # https://cloudnative-pg.io/docs/current/applications: Secrets and Services that applications use.
        for kind, suffixes in (("Secret", ("app", "ca", "server", "replication")), ("Service", ("rw", "ro", "r"))):
            for suffix in suffixes:
                yield Target(kind, namespace, f"{manifest['metadata']['name']}-{suffix}"), "CloudNativePG"
    if manifest["kind"] == "Pooler":
        for kind in ("Deployment", "Service"):
            yield Target(kind, namespace, manifest["metadata"]["name"]), "CloudNativePG"
    if manifest["kind"] == "Kafka":
        # https://strimzi.io/docs/operators/latest/deploying.html: what clients need of a cluster.
        yield Target("Secret", namespace, f"{manifest['metadata']['name']}-cluster-ca-cert"), "Strimzi"
        yield Target("Service", namespace, f"{manifest['metadata']['name']}-kafka-bootstrap"), "Strimzi"
    if manifest["kind"] == "KafkaUser":
        yield Target("Secret", namespace, manifest["metadata"]["name"]), "Strimzi"
    if manifest["kind"] == "Gateway":
        yield Target("GatewayClass", "", spec["gatewayClassName"]), f"the addon {spec['gatewayClassName']}"
