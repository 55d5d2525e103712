"""Which kinds a cluster serves, and where objects of them are found."""

from collections.abc import Iterable, Mapping
from concurrent.futures import Executor
from typing import Any, NamedTuple

from scalewright.kubernetes.cluster import Answer, Cluster
from scalewright.kubernetes.kubeconfig import ClusterError

Manifest = dict[str, Any]
#: The versions that are served, by API group.
Groups = Mapping[str, tuple[str, ...]]

#: Questions at once: a cluster far away is asked a hundred of them.
AT_ONCE = 8
#: Without their content: a Secret is looked for, never read.
METADATA = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"
METADATA_OF_ALL = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"


class Resource(NamedTuple):
    """How objects of a kind are found."""

    api_version: str
    plural: str
    namespaced: bool

    @property
    def group(self) -> str:
        """Its API group; empty for that of built-in kinds."""
        return self.api_version.rpartition("/")[0]

    @property
    def full_name(self) -> str:
        """Its name as kubectl takes it, such as ``deployments.apps``."""
        return ".".join(filter(None, (self.plural, self.group)))

    def path(self, namespace: str, name: str = "") -> str:
        """Return where one of them is, or all of them are."""
        place = f"/namespaces/{namespace}" if self.namespaced else ""
        return f"{_root(self.api_version)}{place}/{self.plural}" + (f"/{name}" if name else "")


#: How objects are found, by version of an API and kind.
Resources = Mapping[tuple[str, str], Resource]


def groups(cluster: Cluster) -> dict[str, tuple[str, ...]]:
    """Return the versions that are served, by API group."""
    answer = expected(cluster.ask("/apis"), "list its API groups")
    return {
        "": ("v1",),
        **{one["name"]: tuple(each["version"] for each in one["versions"]) for one in answer.body["groups"]},
    }


def served(known: Groups, manifests: Iterable[Manifest]) -> list[str]:
    """Return the versions of APIs that objects are of, where they are served; sorted."""
    wanted = sorted({one["apiVersion"] for one in manifests})
    return [one for one in wanted if one.rpartition("/")[2] in known.get(one.rpartition("/")[0], ())]


def resources(cluster: Cluster, pool: Executor, versions: Iterable[str]) -> Resources:
    """Return the kinds of some versions of APIs."""
    versions = list(versions)
    lists = list(pool.map(lambda one: cluster.ask(_root(one)), versions))
    return {
        (api_version, one["kind"]): Resource(api_version, one["name"], one["namespaced"])
        for api_version, answer in zip(versions, lists, strict=True)
        # An API that is announced may be away: its kinds are not served, and so it is told.
        for one in answer.body.get("resources", ())
        if "/" not in one["name"]
    }


def expected(answer: Answer, what: str) -> Answer:
    """Return an answer; raises ClusterError for one that is none."""
    if "system:anonymous" in answer.message:
        raise ClusterError("the cluster knows nobody: the context has no credentials. Log in, or use another context")
    if answer.status >= 300:
        raise ClusterError(f"the cluster does not {what}: {answer.message}. Use a context of somebody who may ask")
    return answer


def _root(api_version: str) -> str:
    return f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"
