"""Whether a cluster can take manifests, judged by what it said of itself before anything is made. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from scalewright.declaration import Quantity
from scalewright.plan.demand import NOTHING, amount, demands
from scalewright.plan.features import oldest, parsed
from scalewright.plan.operators import METRICS, operator, operators

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

Manifest = dict[str, Any]

#: What tells whose a namespace is: https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/
OWNERSHIP = tuple(f"app.kubernetes.io/{name}" for name in ("managed-by", "name", "part-of"))
ADDONS = "stacks/addons"
_METRICS_GROUP = "metrics.k8s.io"
#: What API servers say of a field that only a new object may have another value in.
_FIXED = re.compile(r"immutable|updates to .* are forbidden", re.IGNORECASE)
_UNSAFE_PODS = "would violate PodSecurity"
#: What every container must have where a quota counts it.
_DEMANDED = ("limits.cpu", "limits.memory", "requests.cpu", "requests.memory")


@dataclass(frozen=True)
class Namespace:
    """A namespace that is there."""

    labels: Mapping[str, str]
    ending: bool = False
    """Whether it is being deleted."""


@dataclass(frozen=True)
class Quota:
    """A ResourceQuota that is there."""

    namespace: str
    name: str
    hard: Mapping[str, str]
    used: Mapping[str, str] = field(default_factory=dict)
    scoped: bool = False
    """Whether it counts some objects only."""
    defaults: frozenset[str] = frozenset()
    """What containers get that say nothing, by a LimitRange: `limits.cpu` and the like."""


@dataclass(frozen=True)
class Denial:
    """What we may not do, in a namespace or, where that is empty, in the whole cluster."""

    verb: str
    resource: str
    namespace: str = ""


@dataclass(frozen=True)
class Trial:
    """What became of an object in a dry run."""

    object: str
    refusal: str = ""
    """Why it was refused; empty where it was accepted."""
    warnings: tuple[str, ...] = ()
    exists: bool = False
    """Whether it is there already."""
    untried: bool = False
    """Whether the refusal is of the dry run as such."""


@dataclass(frozen=True)
class Sight:
    """What a cluster said."""

    version: str
    user: str
    groups: Mapping[str, tuple[str, ...]]
    """The versions of each API group that it serves; the group of built-in kinds is empty."""
    kinds: frozenset[tuple[str, str]]
    """API version and kind of all that it serves in the groups that were asked for."""
    namespaces: Mapping[str, Namespace | None]
    """Those that were asked for; None is not there."""
    quotas: tuple[Quota, ...] = ()
    denials: tuple[Denial, ...] = ()
    trials: tuple[Trial, ...] = ()
    absent: tuple[tuple[str, str, str], ...] = ()
    """Kind, name and maker of what objects refer to and is not there yet."""


@dataclass(frozen=True)
class Verdict:
    """What stands against applying manifests, and what is worth knowing; each a sentence without its full stop."""

    troubles: tuple[str, ...]
    notes: tuple[str, ...]


def judge(manifests: Iterable[Manifest], sight: Sight) -> Verdict:
    """Return all that is wrong, and all that is worth knowing."""
    manifests = list(manifests)
    troubles = (
        *_version(manifests, sight),
        *_kinds(manifests, sight),
        *_namespaces(manifests, sight),
        *_rights(sight),
        *_quotas(manifests, sight),
        *_refusals(sight),
    )
    return Verdict(troubles, tuple(_notes(manifests, sight)))


def strange(manifest: Manifest, found: Namespace) -> dict[str, str]:
    """Return the labels that a namespace would have to have to be the one of a manifest, and has not."""
    ours = manifest["metadata"].get("labels", {})
    return {name: ours[name] for name in OWNERSHIP if name in ours and found.labels.get(name) != ours[name]}


def usable(manifests: Iterable[Manifest], namespaces: Mapping[str, Namespace | None]) -> set[str]:
    """Return the namespaces that are there and may be used: those of the manifests, and those that none would make."""
    made = {one["metadata"]["name"]: one for one in manifests if one["kind"] == "Namespace"}
    return {
        name
        for name, found in namespaces.items()
        if found and not found.ending and not (name in made and strange(made[name], found))
    }


def _version(manifests: list[Manifest], sight: Sight) -> Iterator[str]:
    has, need = parsed(sight.version), oldest(manifests)
    if has and need and has < need.version:
        yield (
            f"Kubernetes of the cluster is {sight.version}; it must be at least {_dotted(need.version)}, "
            f"for {need.field} of {need.object}. Upgrade the cluster, or use another"
        )


def _dotted(version: tuple[int, int]) -> str:
    return f"{version[0]}.{version[1]}"


def _kinds(manifests: list[Manifest], sight: Sight) -> Iterator[str]:
    missing: dict[str, set[str]] = {}
    for one in manifests:
        if (one["apiVersion"], one["kind"]) not in sight.kinds:
            missing.setdefault(one["apiVersion"], set()).add(one["kind"])
    for api_version, kinds in sorted(missing.items()):
        group = api_version.rpartition("/")[0]
        be, it = ("are", "them") if len(kinds) > 1 else ("is", "it")
        what = f"{', '.join(sorted(kinds))} of {api_version} {be} not served"
        addon = operator(api_version)
        others = [one for one in sight.groups.get(group, ()) if f"{group}/{one}" != api_version]
        if addon and others:
            yield (
                f"{what}; the cluster has {group} in {', '.join(others)}: the addon {addon} is of another version. "
                f"Bring it to that of {ADDONS} by `pulumi up` there"
            )
        elif addon:
            yield f"{what}; the addon {addon} brings {it}. Run `pulumi up` in {ADDONS}, with {addon} switched on"
        else:
            yield f"{what}. Install what brings {it}, or upgrade the cluster (Kubernetes {sight.version})"


def _namespaces(manifests: list[Manifest], sight: Sight) -> Iterator[str]:
    made = {one["metadata"]["name"]: one for one in manifests if one["kind"] == "Namespace"}
    for name, found in sorted(sight.namespaces.items()):
        if found is None:
            if name not in made:
                yield f"namespace {name} is not there, and nothing here makes it. Make it, or name one that is there"
        elif found.ending:
            yield f"namespace {name} is being deleted. Wait until it is gone, or find out what holds it"
        elif name in made and (lacking := strange(made[name], found)):
            has = _labels({key: value for key, value in found.labels.items() if key != "kubernetes.io/metadata.name"})
            yield (
                f"namespace {name} belongs to somebody else: its labels are {has or 'none'}; "
                f"they must hold {_labels(lacking)}. "
                "Rename the backend or the environment, or have the namespace given over by those labels"
            )


def _labels(labels: Mapping[str, str]) -> str:
    return ", ".join(f"{name}={value}" for name, value in sorted(labels.items()))


def _rights(sight: Sight) -> Iterator[str]:
    by_place: dict[tuple[str, str], list[str]] = {}
    for one in sight.denials:
        by_place.setdefault((one.namespace, one.verb), []).append(one.resource)
    for (namespace, verb), resources in sorted(by_place.items()):
        place = f"in namespace {namespace}" if namespace else "in the cluster"
        yield (
            f"{sight.user} may not {verb} {', '.join(sorted(resources))} {place}. "
            "Have whoever runs the cluster allow it, or use a context of somebody who may"
        )


def _quotas(manifests: list[Manifest], sight: Sight) -> Iterator[str]:
    """Yield the quotas of others that the fewest replicas of all together would exceed.

    What is there already is in use already, and so are those of others; the rest comes on top.
    """
    ours = {(one["metadata"].get("namespace"), one["metadata"].get("name")) for one in manifests if _is_quota(one)}
    there = {one.object for one in sight.trials if one.exists}
    for quota in sight.quotas:
        if (quota.namespace, quota.name) in ours or quota.scoped:
            continue
        inside = [one for one in manifests if one["metadata"].get("namespace") == quota.namespace]
        found = demands(inside)
        for resource, hard in sorted(quota.hard.items()):
            whole = {name: amount(one, resource) for name, one in found.items() if amount(one, resource)}
            total = sum(whole.values(), NOTHING)
            more = sum((one for name, one in whole.items() if name not in there), NOTHING)
            used = Quantity(quota.used.get(resource, "0"))
            if total > Quantity(hard) or (more and used + more > Quantity(hard)):
                yield _exceeded(quota, resource, whole, total, used if total <= Quantity(hard) else NOTHING)
            silent = [name for name, one in found.items() if "pods" in one and resource not in one]
            if silent and resource in _DEMANDED and resource not in quota.defaults:
                yield _silent(quota, resource, silent)


def _is_quota(manifest: Manifest) -> bool:
    return bool(manifest["kind"] == "ResourceQuota")


def _exceeded(quota: Quota, resource: str, whole: Mapping[str, Quantity], total: Quantity, used: Quantity) -> str:
    largest = sorted(whole, key=lambda name: (-whole[name].amount, name))
    parts = ", ".join(f"{name} {whole[name]}" for name in largest[:3])
    rest = f" and {len(largest) - 3} more" if len(largest) > 3 else ""
    beside = f" beside the {used} in use" if used else ""
    return (
        f"ResourceQuota {quota.name} of namespace {quota.namespace} allows {resource} {quota.hard[resource]}; "
        f"the fewest replicas need {total}{beside} ({parts}{rest}). Have it raised, or lower what they ask for"
    )


def _silent(quota: Quota, resource: str, silent: list[str]) -> str:
    return (
        f"ResourceQuota {quota.name} of namespace {quota.namespace} counts {resource}, so that no pod may be without: "
        f"{', '.join(silent)}. Have a LimitRange there give a default, or {resource} not counted"
    )


def _refusals(sight: Sight) -> Iterator[str]:
    for one in sight.trials:
        if one.refusal and not one.untried and not _is_fixed(one):
            yield f"{one.object} is refused: {one.refusal.rstrip('.')}. Correct it, or ask who runs the cluster"
        for warning in one.warnings:
            if warning.startswith(_UNSAFE_PODS):
                yield f"{one.object} would get no pods: it {warning.rstrip('.')}. Correct its securityContext"


def _is_fixed(trial: Trial) -> bool:
    return trial.exists and bool(_FIXED.search(trial.refusal))


def _notes(manifests: list[Manifest], sight: Sight) -> Iterator[str]:
    if METRICS in operators(manifests) and _METRICS_GROUP not in sight.groups:
        yield f"nothing scales by processor or memory without the addon {METRICS} ({_METRICS_GROUP} is not served)"
    for kind, name, maker in sight.absent:
        yield f"{kind} {name} is not there yet; it is made by {maker}"
    for one in sight.trials:
        if one.refusal and _is_fixed(one):
            yield f"{one.object} cannot change in place, `pulumi up` replaces it: {one.refusal.rstrip('.')}"
        elif one.untried:
            yield f"{one.object} was not tried: {one.refusal.rstrip('.')}"
        for warning in one.warnings:
            if not warning.startswith(_UNSAFE_PODS):
                yield f"{one.object}: {warning.rstrip('.')}"
