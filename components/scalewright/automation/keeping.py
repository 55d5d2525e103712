"""What stays when a stack is taken down. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scalewright.automation.changes import name_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_STATEFUL_SET = "kubernetes:apps/v1:StatefulSet"


def kept(resources: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the names of what Pulumi keeps of its resources, and of what Kubernetes keeps of them."""
    resources = list(resources)
    ours = [name_of(one["urn"]) for one in resources if one.get("retainOnDelete")]
    return ours + [name for one in resources if one["type"] == _STATEFUL_SET for name in _claims(one)]


def _claims(resource: Mapping[str, Any]) -> Iterator[str]:
    """Yield the claims of a StatefulSet, which outlive it unless it says otherwise.

    https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#persistentvolumeclaim-retention
    """
    inputs = resource.get("inputs") or {}
    spec = inputs.get("spec") or {}
    if (spec.get("persistentVolumeClaimRetentionPolicy") or {}).get("whenDeleted") == "Delete":
        return
    for one in spec.get("volumeClaimTemplates") or ():
        yield f"PersistentVolumeClaims {one['metadata']['name']}-{inputs['metadata']['name']}-*"
