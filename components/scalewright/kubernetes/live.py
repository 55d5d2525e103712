"""What a cluster has of a plan, and what it would make of it: asked by a dry run, with nothing made."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple, TypeVar

from scalewright.kubernetes import discovery
from scalewright.kubernetes.cluster import Answer, Cluster
from scalewright.kubernetes.discovery import AT_ONCE, METADATA, METADATA_OF_ALL, Resource, Resources, expected, served
from scalewright.kubernetes.metadata import MANAGED_BY, MANAGER
from scalewright.plan.consequences import REMOVALS
from scalewright.plan.demand import identity as named
from scalewright.plan.operators import BRINGS
from scalewright.plan.pairs import Identity, identity, pairs
from scalewright.plan.render import is_known

Manifest = dict[str, Any]
One = TypeVar("One")
Other = TypeVar("Other")

SECRET = "Secret"  # noqa: S105 - the kind
#: API groups that are looked through for what is no longer declared: those of which the library makes objects.
GROUPS = ("", "apps", "autoscaling", "batch", "networking.k8s.io", "policy", "rbac.authorization.k8s.io", *BRINGS)
#: What the cluster notes down of an object, and nobody declares.
_NOTED = ("creationTimestamp", "deletionTimestamp", "generation", "managedFields", "resourceVersion", "selfLink", "uid")
_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
#: Who applies what we declare, before anybody else who may apply some of the same object.
_APPLIERS = ("pulumi-kubernetes", "kubectl", MANAGER)


class Live(NamedTuple):
    """Objects as they are, as they would be, what is refused of it, and what else is worth knowing."""

    before: list[Manifest]
    after: list[Manifest]
    refusals: dict[Identity, str]
    notes: tuple[str, ...]


def look(cluster: Cluster, manifests: Iterable[Manifest], withheld: Iterable[Manifest] = ()) -> Live:
    """Ask what a cluster has of a plan's objects, what it would make of them, and what it has that is not of the plan.

    The latter are the objects with our label in the namespaces of the plan that nobody else owns. Secrets, also
    those `withheld` whose values Pulumi alone knows, are looked for and never read. Raises ClusterError.
    """
    return _Look(cluster, list(manifests), list(withheld)).live()


class _Found(NamedTuple):
    """What was found of one object."""

    before: Manifest | None
    after: Manifest
    refusal: str = ""
    note: str = ""


class _Look:
    def __init__(self, cluster: Cluster, manifests: list[Manifest], withheld: list[Manifest]) -> None:
        self._cluster = cluster
        self._manifests = [one for one in manifests if one["kind"] != SECRET]
        self._secrets = [*withheld, *(one for one in manifests if one["kind"] == SECRET)]
        self._pool = ThreadPoolExecutor(AT_ONCE)

    def live(self) -> Live:
        with self._pool:
            groups = discovery.groups(self._cluster)
            ours = [f"{one}/{groups[one][0]}" if one else groups[one][0] for one in GROUPS if one in groups]
            versions = {*ours, *served(groups, [*self._manifests, *self._secrets])}
            resources = discovery.resources(self._cluster, self._pool, sorted(versions))
            found = self._each(lambda one: self._one(one, resources), self._manifests)
            gone, notes = self._gone(resources, set(ours))
            before = [*(one.before for one in found if one.before), *gone]
            after = [*(one.after for one in found), *self._absent(resources)]
            return Live(
                _without_defaults(before, after),
                after,
                {identity(one.after): one.refusal for one in found if one.refusal},
                (*dict.fromkeys(one.note for one in found if one.note), *notes),
            )

    def _each(self, function: Callable[[One], Other], over: Iterable[One]) -> list[Other]:
        return list(self._pool.map(function, over))

    def _one(self, manifest: Manifest, resources: Resources) -> _Found:
        resource = resources.get((manifest["apiVersion"], manifest["kind"]))
        if resource is None:
            return _Found(
                None, manifest, note=f"the cluster does not serve {manifest['kind']} ({manifest['apiVersion']})"
            )
        path = resource.path(_place(manifest), manifest["metadata"]["name"])
        answer = self._cluster.ask(path)
        if answer.status == 404:
            return _Found(None, manifest)
        there = dict(expected(answer, f"show {named(manifest)}").body)
        manager = applier(there)
        note = "" if manager else f"{named(manifest)} was not applied server-side: what it has too much is not seen"
        if not is_known(manifest):
            return _Found(_like(_plain(there), manifest), manifest, note=f"{named(manifest)} is known in part only")
        tried = self._cluster.try_out(path, manifest, manager or MANAGER)
        if tried.status < 300:
            return _Found(_plain(there), _plain(tried.body), note=note)
        if "does not support dry run" in tried.message:
            note = f"{named(manifest)} was not tried: {tried.message.rstrip('.')}"
            return _Found(_like(_plain(there), manifest), manifest, note=note)
        return _Found(_like(_plain(there), manifest), manifest, tried.message, note)

    def _absent(self, resources: Resources) -> Iterator[Manifest]:
        """Yield the Secrets of the plan that are not there; of those that are, nothing is to be told."""
        for one in self._secrets:
            path = resources[one["apiVersion"], one["kind"]].path(_place(one), one["metadata"]["name"])
            answer = self._cluster.ask(path, accept=METADATA)
            if answer.status == 404:
                yield one
            else:
                expected(answer, f"tell whether {named(one)} is there")

    def _gone(self, resources: Resources, versions: set[str]) -> tuple[list[Manifest], list[str]]:
        """Return what is there and no longer declared, and what could not be looked through."""
        declared = {identity(one) for one in (*self._manifests, *self._secrets)}
        kinds = [
            (kind, resource, namespace)
            for (version, kind), resource in resources.items()
            if version in versions and resource.namespaced and kind in REMOVALS
            for namespace in sorted({_place(one) for one in self._manifests} - {""})
        ]
        answers = self._each(lambda one: self._listed(*one[1:]), kinds)
        denied = sorted({one[1].full_name for one, answer in zip(kinds, answers, strict=True) if answer.status == 403})
        notes = (
            [f"what is no longer declared is not seen of {', '.join(denied)}: they may not be listed"] if denied else []
        )
        left = [
            (kind, resource, one["metadata"])
            for (kind, resource, _), answer in zip(kinds, answers, strict=True)
            for one in answer.body.get("items") or ()
            if not one["metadata"].get("ownerReferences")
        ]
        found = self._each(lambda one: self._whole(*one), left)
        return [one for one in found if identity(one) not in declared], notes

    def _listed(self, resource: Resource, namespace: str) -> Answer:
        path = f"{resource.path(namespace)}?labelSelector={MANAGED_BY}%3D{MANAGER}"
        answer = self._cluster.ask(path, accept=METADATA_OF_ALL)
        return answer if answer.status == 403 else expected(answer, f"list {resource.full_name} of {namespace}")

    def _whole(self, kind: str, resource: Resource, metadata: Mapping[str, Any]) -> Manifest:
        """Return an object that is no longer declared: all of it but of a Secret, which is never read."""
        bare = {"apiVersion": resource.api_version, "kind": kind, "metadata": dict(metadata)}
        if kind == SECRET:
            return _plain(bare)
        answer = self._cluster.ask(resource.path(metadata["namespace"], metadata["name"]))
        return _plain(dict(answer.body) if answer.status == 200 else bare)


def applier(manifest: Mapping[str, Any]) -> str | None:
    """Return on whose behalf an object was applied; None where nobody applied it server-side.

    Only what its applier set, and sets no longer, goes away:
    https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management
    """
    entries = manifest["metadata"].get("managedFields", ())
    names = [
        (one["manager"], len(str(one.get("fieldsV1", ""))))
        for one in entries
        if one.get("operation") == "Apply" and not one.get("subresource")
    ]
    for prefix in _APPLIERS:
        if found := [name for name, _ in names if name.startswith(prefix)]:
            return str(found[0])
    return str(max(names, key=lambda one: one[1])[0]) if names else None


def _plain(manifest: Mapping[str, Any]) -> Manifest:
    """Return an object without what the cluster notes down of it."""
    metadata = {key: one for key, one in manifest["metadata"].items() if key not in _NOTED}
    if _LAST_APPLIED in metadata.get("annotations", {}):
        metadata["annotations"] = {key: one for key, one in metadata["annotations"].items() if key != _LAST_APPLIED}
    return {**{key: one for key, one in manifest.items() if key != "status"}, "metadata": metadata}


def _without_defaults(before: list[Manifest], after: list[Manifest]) -> list[Manifest]:
    """Return the objects that are there; of one that another takes the place of, without what the cluster added."""
    return [_like(one.before, one.after) if one.moved else one.before for one in pairs(before, after) if one.before]


def _like(value: Any, shape: Any) -> Any:
    """Return of a value only what another one says something of: the rest are defaults, or somebody else's."""
    if isinstance(value, dict) and isinstance(shape, dict):
        return {key: _like(one, shape[key]) for key, one in value.items() if key in shape}
    if isinstance(value, list) and isinstance(shape, list) and len(value) == len(shape):
        return [_like(one, other) for one, other in zip(value, shape, strict=True)]
    return value


def _place(manifest: Manifest) -> str:
    return str(manifest["metadata"].get("namespace", ""))
