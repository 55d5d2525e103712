"""What a cluster says of itself, of what manifests need of it, and of the manifests: asked, with nothing made."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple, TypeVar

from scalewright.kubernetes.cluster import Answer, Cluster
from scalewright.kubernetes.kubeconfig import ClusterError
from scalewright.plan.demand import identity
from scalewright.plan.preflight import Denial, Namespace, Quota, Sight, Trial, usable
from scalewright.plan.references import USER, Reference
from scalewright.plan.render import is_known

Manifest = dict[str, Any]
One = TypeVar("One")
Other = TypeVar("Other")

#: Questions at once: a cluster far away is asked a hundred of them.
AT_ONCE = 8
#: Without their content: a Secret is looked for, never read.
_METADATA = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"


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


Resources = Mapping[tuple[str, str], Resource]


def survey(cluster: Cluster, manifests: Iterable[Manifest], references: Iterable[Reference] = ()) -> Sight:
    """Ask all that :func:`scalewright.plan.preflight.judge` wants to know. Raises ClusterError.

    `references` are what the manifests refer to and others make.
    """
    return _Survey(cluster, list(manifests), list(references)).sight()


def served(cluster: Cluster, manifests: Iterable[Manifest]) -> Resources:
    """Return how objects of manifests' kinds are found, of those that the cluster serves. Raises ClusterError."""
    asked = _Survey(cluster, list(manifests), [])
    with asked.pool:
        return asked.resources(asked.groups())


class _Survey:
    def __init__(self, cluster: Cluster, manifests: list[Manifest], references: list[Reference]) -> None:
        self._cluster = cluster
        self._manifests = manifests
        self._references = references
        self.pool = ThreadPoolExecutor(AT_ONCE)

    def sight(self) -> Sight:
        with self.pool:
            user = self._cluster.user()
            groups = self.groups()
            resources = self.resources(groups)
            namespaces = dict(zip(self._names(), self._each(self._namespace, self._names()), strict=True))
            known = [one for one in self._manifests if (one["apiVersion"], one["kind"]) in resources]
            denials = [one for one in self._each(self._denial, self._actions(known, resources, namespaces)) if one]
            places = usable(self._manifests, namespaces)
            denied = {(one.resource, one.namespace) for one in denials}
            tried = [
                (one, resource)
                for one in known
                if is_known(one) and self._is_placed(one, places)
                if (resource := resources[one["apiVersion"], one["kind"]])
                if (resource.full_name, _place(one)) not in denied
            ]
            return Sight(
                version=self._cluster.version,
                user=user,
                groups=groups,
                kinds=frozenset(resources),
                namespaces=namespaces,
                quotas=tuple(quota for found in self._each(self._quotas, sorted(places)) for quota in found),
                denials=tuple(denials),
                trials=tuple(self._each(self._trial, tried)),
                absent=tuple(self._absent(resources, places)),
            )

    def _each(self, function: Callable[[One], Other], over: Iterable[One]) -> list[Other]:
        return list(self.pool.map(function, over))

    def _names(self) -> list[str]:
        """Return the namespaces that objects are in or are."""
        names = {_place(one) for one in self._manifests}
        return sorted((names | {one["metadata"]["name"] for one in self._manifests if _is_namespace(one)}) - {""})

    def groups(self) -> dict[str, tuple[str, ...]]:
        answer = _expected(self._cluster.ask("/apis"), "list its API groups")
        return {
            "": ("v1",),
            **{one["name"]: tuple(each["version"] for each in one["versions"]) for one in answer.body["groups"]},
        }

    def resources(self, groups: Mapping[str, tuple[str, ...]]) -> Resources:
        """Return the kinds of those groups and versions that objects are of, where they are served."""
        wanted = sorted({one["apiVersion"] for one in self._manifests})
        served = [one for one in wanted if one.rpartition("/")[2] in groups.get(one.rpartition("/")[0], ())]
        lists = self._each(lambda one: self._cluster.ask(_root(one)), served)
        return {
            (api_version, one["kind"]): Resource(api_version, one["name"], one["namespaced"])
            for api_version, answer in zip(served, lists, strict=True)
            # An API that is announced may be away: its kinds are not served, and so it is told.
            for one in answer.body.get("resources", ())
            if "/" not in one["name"]
        }

    def _namespace(self, name: str) -> Namespace | None:
        answer = self._cluster.ask(f"/api/v1/namespaces/{name}")
        if answer.status == 404:
            return None
        found = _expected(answer, f"tell whether namespace {name} is there").body
        ending = found.get("status", {}).get("phase") == "Terminating"
        return Namespace(found["metadata"].get("labels", {}), ending)

    def _quotas(self, namespace: str) -> list[Quota]:
        answer = self._cluster.ask(f"/api/v1/namespaces/{namespace}/resourcequotas")
        if answer.status == 403:  # the dry run tells of those that it meets
            return []
        items = _expected(answer, f"list the quotas of namespace {namespace}").body["items"]
        defaults = self._defaults(namespace) if items else frozenset()
        return [
            Quota(
                namespace=namespace,
                name=one["metadata"]["name"],
                hard=one["spec"].get("hard", {}),
                used=one.get("status", {}).get("used", {}),
                scoped=bool(one["spec"].get("scopes") or one["spec"].get("scopeSelector")),
                defaults=defaults,
            )
            for one in items
        ]

    def _defaults(self, namespace: str) -> frozenset[str]:
        """Return what containers get that say nothing, by a LimitRange that is there or one of ours."""
        ranges = self._cluster.ask(f"/api/v1/namespaces/{namespace}/limitranges").body.get("items", ())
        ours = [one for one in self._manifests if one["kind"] == "LimitRange" and _place(one) == namespace]
        return frozenset(
            f"{kind}.{name}"
            for one in (*ranges, *ours)
            for limit in one["spec"]["limits"]
            for kind, field in (("limits", "default"), ("requests", "defaultRequest"))
            for name in limit.get(field, ())
        )

    def _actions(
        self, known: list[Manifest], resources: Resources, namespaces: Mapping[str, Namespace | None]
    ) -> list[tuple[str, Resource, str]]:
        """Return what must be allowed, once each: to make objects, and to change a namespace that is there."""
        return sorted(
            {
                (
                    "patch" if _is_namespace(one) and namespaces.get(one["metadata"]["name"]) else "create",
                    resources[one["apiVersion"], one["kind"]],
                    _place(one),
                )
                for one in known
            }
        )

    def _denial(self, action: tuple[str, Resource, str]) -> Denial | None:
        verb, resource, namespace = action
        wanted = {"verb": verb, "group": resource.group, "resource": resource.plural, "namespace": namespace}
        answer = self._cluster.post(
            "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
            {
                "apiVersion": "authorization.k8s.io/v1",
                "kind": "SelfSubjectAccessReview",
                "spec": {"resourceAttributes": wanted},
            },
        )
        if _expected(answer, "tell what one may do").body["status"]["allowed"]:
            return None
        return Denial(verb, resource.full_name, namespace)

    def _is_placed(self, manifest: Manifest, places: set[str]) -> bool:
        place = manifest["metadata"]["name"] if _is_namespace(manifest) else _place(manifest)
        return not place or place in places

    def _trial(self, tried: tuple[Manifest, Resource]) -> Trial:
        manifest, resource = tried
        name = manifest["metadata"]["name"]
        answer = self._cluster.try_out(resource.path(_place(manifest), name), manifest)
        if answer.status < 300:
            return Trial(identity(manifest), warnings=answer.warnings, exists=answer.status == 200)
        exists = self._cluster.ask(resource.path(_place(manifest), name), accept=_METADATA).status == 200
        untried = "does not support dry run" in answer.message
        return Trial(identity(manifest), answer.message, answer.warnings, exists, untried)

    def _absent(self, resources: Resources, places: set[str]) -> Iterator[tuple[str, str, str]]:
        """Yield what others must make and have not, as far as we may look."""
        by_kind = {kind: resource for (_, kind), resource in resources.items()}
        for one in self._references:
            resource = by_kind.get(one.kind)
            if resource is None or (one.namespace and (one.namespace not in places or one.maker != USER)):
                continue
            path = resource.path(one.namespace, one.name)
            if self._cluster.ask(path, accept=_METADATA).status == 404:
                yield one.kind, one.name, one.maker


def _root(api_version: str) -> str:
    return f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"


def _is_namespace(manifest: Manifest) -> bool:
    return bool(manifest["kind"] == "Namespace")


def _place(manifest: Manifest) -> str:
    return str(manifest["metadata"].get("namespace", ""))


def _expected(answer: Answer, what: str) -> Answer:
    if "system:anonymous" in answer.message:
        raise ClusterError("the cluster knows nobody: the context has no credentials. Log in, or use another context")
    if answer.status >= 300:
        raise ClusterError(f"the cluster does not {what}: {answer.message}. Use a context of somebody who may ask")
    return answer
