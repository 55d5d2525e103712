"""Which addon of the cluster an object needs before it can be there, or before it does anything. Pure."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Manifest = dict[str, Any]

#: The addon that brings the definitions of an API group. Where it is missing, kubectl says `no matches for kind`.
BRINGS = {
    "barmancloud.cnpg.io": "barman-cloud",
    "cert-manager.io": "cert-manager",
    "external-secrets.io": "external-secrets",
    "gateway.networking.k8s.io": "gateway-api",
    "kafka.strimzi.io": "strimzi",
    "keda.sh": "keda",
    "monitoring.coreos.com": "monitoring",
    "postgresql.cnpg.io": "cloudnative-pg",
    "traefik.io": "traefik",
}
METRICS = "metrics-server"
_CONTROLLERS = ("traefik",)
_RESOURCES = ("cpu", "memory")


def operator(api_version: str) -> str | None:
    """Return the addon that brings the kinds of `group/version`; None for a group that every cluster has."""
    return BRINGS.get(api_version.rpartition("/")[0])


def operators(objects: Iterable[Manifest]) -> dict[str, list[str]]:
    """Return the addons that objects need, by name, each with the kinds that need it; both sorted."""
    kinds: dict[str, set[str]] = defaultdict(set)
    for one in objects:
        for name in _of(one):
            kinds[name].add(one["kind"])
    return {name: sorted(kinds[name]) for name in sorted(kinds)}


def _of(manifest: Manifest) -> Iterator[str]:
    if brings := operator(manifest["apiVersion"]):
        yield brings
    spec = manifest.get("spec", {})
    match manifest["kind"]:
        case "Gateway" if spec.get("gatewayClassName") in _CONTROLLERS:
            yield spec["gatewayClassName"]
        case "HorizontalPodAutoscaler":
            yield METRICS
        case "ScaledObject":
            types = {trigger["type"] for trigger in spec.get("triggers", ())}
            if types & set(_RESOURCES):
                yield METRICS
            if "prometheus" in types:
                yield "monitoring"
