"""What runs in a cluster against the manifests of a plan: asked by a server-side dry run, with nothing made."""

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from scalewright.kubernetes import discovery
from scalewright.kubernetes.cluster import Answer, Cluster
from scalewright.kubernetes.discovery import AT_ONCE, Resource
from scalewright.kubernetes.kubeconfig import ClusterError
from scalewright.plan.demand import identity
from scalewright.plan.diff import Change, Diff, FieldChange, fields
from scalewright.plan.render import is_known

Manifest = dict[str, Any]

#: What an API server keeps of an object for itself.
_BOOKKEEPING = ("managedFields", "resourceVersion", "generation", "uid", "creationTimestamp", "selfLink")


def drift(cluster: Cluster, manifests: Iterable[Manifest]) -> Diff:
    """Return how what runs differs from manifests: what is gone, and each field that somebody set otherwise.

    `before` is what the manifest comes to, `after` what runs. Fields of which a manifest says nothing are nobody's
    drift. What is not known in full is left out. Raises ClusterError.
    """
    known = [one for one in manifests if is_known(one)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        resources = discovery.resources(cluster, pool, discovery.served(discovery.groups(cluster), known))
        changes = pool.map(lambda one: _change(cluster, one, resources.get((one["apiVersion"], one["kind"]))), known)
        return Diff(changes=tuple(changes))


def _change(cluster: Cluster, manifest: Manifest, resource: Resource | None) -> Change:
    name = identity(manifest)
    if resource is None:
        return Change(name=name, action="removed")
    metadata = manifest["metadata"]
    path = resource.path(metadata.get("namespace", ""), metadata["name"])
    live = cluster.ask(path)
    if live.status == 404:
        return Change(name=name, action="removed")
    if live.status >= 300:
        raise ClusterError(f"the cluster does not show {name}: {live.message}. Use a context of somebody who may look")
    found = _differences(manifest, cluster.try_out(path, manifest), live)
    return Change(name=name, action="changed" if found else "unchanged", fields=found)


def _differences(manifest: Manifest, tried: Answer, live: Answer) -> tuple[FieldChange, ...]:
    if tried.status < 300:
        return fields(_told(tried.body), _told(live.body))
    # What cannot be put back in place, such as a field that never changes, is compared as far as it is declared.
    return tuple(one for one in fields(manifest, _told(live.body)) if one.before is not None)


def _told(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return an object without what changes by itself."""
    metadata = {key: value for key, value in body["metadata"].items() if key not in _BOOKKEEPING}
    return {**{key: value for key, value in body.items() if key != "status"}, "metadata": metadata}
