"""A plan of Kubernetes resources as manifests: what ``kubectl apply --server-side`` takes, one file an object. Pure."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from scalewright.plan import yaml
from scalewright.plan.operators import operators
from scalewright.plan.references import external
from scalewright.plan.resources import SECRET, UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from scalewright.plan.references import Reference
    from scalewright.plan.resources import Resource

Manifest = dict[str, Any]

PROVIDER = "kubernetes:"
REFERENCES = "REFERENCES.md"

#: What is applied before what: definitions, then what pods need to start, pods, and what looks at them. Others between.
ORDER = (
    ("Namespace",),
    ("ResourceQuota", "LimitRange", "NetworkPolicy"),
    ("ServiceAccount", "Role", "RoleBinding", "Secret", "ExternalSecret", "ConfigMap", "PersistentVolumeClaim"),
    ("ObjectStore", "Cluster", "KafkaNodePool", "Kafka", "Issuer", "Certificate", "TriggerAuthentication", "Service"),
    (),
    ("StatefulSet", "Job", "Deployment", "Pooler", "ScheduledBackup", "KafkaTopic", "KafkaUser"),
    ("HorizontalPodAutoscaler", "ScaledObject", "PodDisruptionBudget"),
    ("Gateway", "Middleware", "HTTPRoute"),
    ("PodMonitor", "ServiceMonitor", "PrometheusRule"),
)
_OTHERS = ORDER.index(())
_RANKS = {kind: rank for rank, kinds in enumerate(ORDER) for kind in kinds}


class RenderError(ValueError):
    """A resource that cannot be written as a manifest; the text names it and why."""


def manifests(resources: Iterable[Resource]) -> list[Manifest]:
    """Return the objects that a plan makes in a cluster, in the order in which they are applied.

    Secrets with values are left out: they are made by whoever knows them. Raises RenderError for a value that only an
    apply would tell, for what is no object and makes some, such as a chart, and for two objects of one name, of which
    only the last would be.
    """
    resources = list(resources)
    _refuse_opaque(resources)
    found = _shown(resources)
    _refuse_twice(found)
    if unknown := [f"{one.name}: {path}" for one in found for path in _unknown(one.inputs)]:
        raise RenderError(
            f"these are known only once the plan is applied: {', '.join(unknown)}. Write them down, or use `pulumi up`"
        )
    return sorted((one.inputs for one in found), key=_place)


def objects(resources: Iterable[Resource]) -> list[Manifest]:
    """Return the objects of a plan that need not be known in full, in the order in which they are applied.

    What no API server would take as it stands, such as a Helm release, is none. Raises RenderError for two of one name.
    """
    found = [one for one in _shown(resources) if {"apiVersion", "kind", "metadata"} <= one.inputs.keys()]
    found = [one for one in found if isinstance(one.inputs["metadata"], dict) and "name" in one.inputs["metadata"]]
    _refuse_twice(found)
    return sorted((one.inputs for one in found), key=_place)


def is_known(manifest: Manifest) -> bool:
    """Whether all of an object is known before the plan is applied."""
    return next(_unknown(manifest), None) is None


def withheld(resources: Iterable[Resource]) -> list[Manifest]:
    """Return the Secrets of a plan whose values are known to Pulumi alone."""
    return [one.inputs for one in resources if one.type.startswith(PROVIDER) and _holds_secret(one)]


def _shown(resources: Iterable[Resource]) -> list[Resource]:
    ours = (one for one in resources if one.custom and one.type.startswith(PROVIDER))
    return [one for one in ours if not _holds_secret(one)]


def _refuse_opaque(resources: Iterable[Resource]) -> None:
    ours = [one for one in resources if one.type.startswith(PROVIDER)]
    if opaque := [f"{one.name} ({one.type.removeprefix(PROVIDER)})" for one in ours if "kind" not in one.inputs]:
        raise RenderError(
            f"what these become is known to their provider alone: {', '.join(opaque)}. "
            "Write the objects down, or use `pulumi up`"
        )


def _refuse_twice(found: Iterable[Resource]) -> None:
    if twice := [name for name, count in Counter(_identity(one.inputs) for one in found).items() if count > 1]:
        raise RenderError(f"these are made twice under one name: {', '.join(twice)}. Rename one of the two")


def render(resources: Iterable[Resource]) -> dict[str, str]:
    """Return the files of a plan by name: a manifest each, and a page that lists what others must make and install.

    The same plan gives the same bytes.
    """
    resources = list(resources)
    found = manifests(resources)
    digits = max(3, len(str(len(found))))  # as many for each: kubectl takes files by their names
    files = {f"{number:0{digits}}-{_name(one)}.yaml": text(one) for number, one in enumerate(found, 1)}
    return {**files, REFERENCES: _page(external(found, withheld(resources)), operators(found))}


def text(manifest: Manifest) -> str:
    """Write a manifest, with what a reader looks for first at its beginning."""
    return yaml.text(_in_order(manifest))


def _place(manifest: Manifest) -> tuple[int, str, str]:
    return _RANKS.get(manifest["kind"], _OTHERS), manifest["kind"], manifest["metadata"]["name"]


def _in_order(manifest: Manifest) -> Manifest:
    """Put first what a reader looks for first, and sort the rest: the SDK sends fields in no particular order."""
    first = ("apiVersion", "kind", "metadata")
    rest = sorted(key for key in manifest if key not in first)
    return {key: _sorted(manifest[key]) for key in (*first, *rest)}


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value, key=lambda key: (key != "name", key))}
    return [_sorted(one) for one in value] if isinstance(value, list) else value


def _name(manifest: Manifest) -> str:
    return f"{manifest['kind'].lower()}-{manifest['metadata']['name']}"


def _identity(manifest: Manifest) -> str:
    metadata = manifest["metadata"]
    name = "/".join(filter(None, (metadata.get("namespace"), metadata["name"])))
    return f"{manifest['kind']} {name}"


def _holds_secret(resource: Resource) -> bool:
    return resource.inputs.get("kind") == "Secret" and any(
        resource.inputs.get(field) for field in ("data", "stringData")
    )


def _unknown(value: Any, path: str = "") -> Iterator[str]:
    if value in (UNKNOWN, SECRET):
        yield path
    elif isinstance(value, dict):
        for key, one in value.items():
            yield from _unknown(one, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for index, one in enumerate(value):
            yield from _unknown(one, f"{path}[{index}]")


def _page(references: Iterable[Reference], needed: Mapping[str, Iterable[str]]) -> str:
    lines = [f"| {one.kind} | {one.name} | {', '.join(one.keys)} | {one.maker} |" for one in references]
    addons = [f"| {name} | {', '.join(kinds)} |" for name, kinds in needed.items()]
    return "\n".join(
        (
            "# What these manifests refer to and others make",
            "",
            "| kind | name | keys | made by |",
            "|---|---|---|---|",
            *lines,
            "",
            "## Needs these operators",
            "",
            "`pulumi up` in `stacks/addons` installs them. `no matches for kind` means that the one for it is missing.",
            "",
            "| addon | for |",
            "|---|---|",
            *addons,
            "",
        )
    )
