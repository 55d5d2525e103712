"""Since which version of Kubernetes an API server takes what objects of built-in kinds ask for. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from scalewright.plan.operators import operator

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Manifest = dict[str, Any]
Version = tuple[int, int]

#: Fields, each after what it stands in, that older servers drop or refuse, and the first version that has them unasked.
#: https://kubernetes.io/docs/reference/command-line-tools-reference/feature-gates/
SINCE: dict[tuple[str, str], Version] = {
    ("preStop", "sleep"): (1, 30),
    ("initContainers", "restartPolicy"): (1, 29),
    ("topologySpreadConstraints", "matchLabelKeys"): (1, 27),
    ("spec", "unhealthyPodEvictionPolicy"): (1, 27),
    ("spec", "persistentVolumeClaimRetentionPolicy"): (1, 27),
    ("scaleUp", "tolerance"): (1, 35),
    ("scaleDown", "tolerance"): (1, 35),
}
_VERSION = re.compile(r"v?(\d+)\.(\d+)")


class Need(NamedTuple):
    """The oldest version that will do, the field that asks for it, and an object that has it."""

    version: Version
    field: str
    object: str


def oldest(manifests: Iterable[Manifest]) -> Need | None:
    """Return what asks for the newest version; None where any will do."""
    needs = [
        Need(SINCE[pair], ".".join(pair), f"{one['kind']} {one['metadata'].get('name', '')}".rstrip())
        for one in manifests
        if operator(one["apiVersion"]) is None
        for pair in _fields(one)
        if pair in SINCE
    ]
    return max(needs, key=lambda need: need.version, default=None)


def parsed(version: str) -> Version | None:
    """Return major and minor of a server's version, such as v1.30.5-gke.1014001; None for what is none."""
    found = _VERSION.match(version)
    return (int(found[1]), int(found[2])) if found else None


def _fields(value: Any, parent: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, one in value.items():
            yield parent, key
            yield from _fields(one, key)
    elif isinstance(value, list):
        for one in value:
            yield from _fields(one, parent)
