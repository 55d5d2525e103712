"""What a change of an object comes to, in the words of whoever runs it. Pure; the tables are in `consequences`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scalewright.plan.consequences import DATA, REMOVALS, RULES, SEVERITY, Effect, Removal
from scalewright.plan.consequences.rule import Rule
from scalewright.plan.fields import general, within
from scalewright.plan.records import Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scalewright.plan.diff import FieldChange

Manifest = dict[str, Any]

_OBJECTS = "https://kubernetes.io/docs/concepts/overview/working-with-objects/names/"
_VERSIONS = "https://kubernetes.io/docs/reference/using-api/#api-versioning"
_LABELS = "https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/"
_DRY_RUN = "https://kubernetes.io/docs/reference/using-api/api-concepts/#dry-run"
_JOB = "https://kubernetes.io/docs/concepts/workloads/controllers/job/"
_WEBHOOK = "https://github.com/cloudnative-pg/cloudnative-pg/blob/main/internal/webhook/v1/cluster_webhook.go"
#: What is the same of all kinds, after their own.
COMMON = (
    Rule("apiVersion", "quiet", "no restart: the same object by another version of its API", _VERSIONS),
    Rule("metadata", "quiet", "no restart", _LABELS),
)
_IMAGE, _PARAMETERS = "spec.imageName", "spec.postgresql.parameters"


class Meaning(Record):
    """What some of the properties that change come to; no paths for the object as a whole."""

    effect: Effect
    text: str
    source: str = ""
    paths: tuple[str, ...] = ()


def worst(meanings: Iterable[Meaning]) -> Effect:
    """Return the most severe of some effects; that nothing restarts where there is none."""
    return max((one.effect for one in meanings), key=SEVERITY.__getitem__, default="quiet")


def of_change(kind: str, name: str, changed: Iterable[FieldChange]) -> tuple[Meaning, ...]:
    """Return what a change in place comes to, the most severe first; `name` is that of what pods are named for."""
    changed = list(changed)
    paths: dict[tuple[Effect, str, str], list[str]] = {}
    for field in changed:
        rule = _rule(kind, field)
        key = (rule.effect, rule.text.format(name=name), rule.source)
        paths.setdefault(key, []).append(field.path)
    found = [
        *_together(kind, changed),
        *(Meaning(effect=key[0], text=key[1], source=key[2], paths=tuple(of)) for key, of in paths.items()),
    ]
    return tuple(sorted(found, key=lambda one: -SEVERITY[one.effect]))


def of_addition(kind: str) -> tuple[Meaning, ...]:
    """Return what a new object comes to, where that is more than that it is there."""
    if kind != "Job":
        return ()
    return (Meaning(effect="runs", text="runs to its end; what depends on it waits", source=_JOB),)


def of_removal(kind: str, retained: bool | None) -> tuple[Meaning, ...]:
    """Return what it comes to that an object is no longer declared.

    `retained` tells whether Pulumi leaves it in the cluster; None where that is not known.
    """
    found = REMOVALS.get(kind, Removal("unknown", "what is lost with it is not known here", ""))
    if retained:
        text = f"stays in the cluster: Pulumi only lets go of it. Deleted by hand: {found.text}"
        return (Meaning(effect="quiet", text=text, source=found.source),)
    return (Meaning(effect=found.effect, text=found.text, source=found.source),)


def of_replacement(kind: str, changed: Iterable[FieldChange], retained: bool | None) -> tuple[Meaning, ...]:
    """Return what it comes to that an object takes the place of one of another name or namespace."""
    paths = [one.path for one in changed]
    if kind == "Job":
        text = "runs again: a Job does not change, so that another release is another Job"
        return (Meaning(effect="runs", text=text, source=_JOB),)
    where = "another namespace" if "metadata.namespace" in paths else "another name"
    if kind in DATA:
        fate = "the old one stays, with its data" if retained else "what the old one holds is not moved"
        text = f"replaces: data loss. {where.capitalize()} is another {kind}, which begins empty; {fate}"
        return (Meaning(effect="loses", text=text, source=_OBJECTS),)
    if kind == "Namespace":
        fate = "the old one stays" if retained else "the old one is deleted, and all that is in it: data loss"
        text = f"replaces: a namespace cannot be renamed, so that all in it is made anew; {fate}"
        return (Meaning(effect="replaces" if retained else "loses", text=text, source=_OBJECTS),)
    text = f"replaces: {where} is another object, and the old one is deleted"
    return (Meaning(effect="replaces", text=text, source=_OBJECTS),)


def of_refusal(message: str) -> Meaning:
    """Return what it comes to that a cluster refuses a change."""
    return Meaning(effect="refused", text=f"the cluster refuses it: {message.rstrip('.')}", source=_DRY_RUN)


def subject(manifest: Manifest) -> str:
    """Return the name of what an object is about: of an autoscaler, what it scales."""
    target = manifest.get("spec", {}).get("scaleTargetRef", {}) if isinstance(manifest.get("spec"), dict) else {}
    return str(target.get("name") or manifest["metadata"]["name"])


def _rule(kind: str, field: FieldChange) -> Rule:
    path = general(field.path)
    for rule in (*RULES.get(kind, ()), *COMMON):
        if within(path, rule.path) and (rule.when is None or rule.when(field)):
            return rule
    return Rule(path, "unknown", "what this comes to is not known here", "")


def _together(kind: str, changed: Iterable[FieldChange]) -> Iterator[Meaning]:
    """Yield what properties come to that change at once, and would not by themselves."""
    paths = [one.path for one in changed]
    parameters = [one for one in paths if within(general(one), _PARAMETERS)]
    if kind == "Cluster" and _IMAGE in paths and parameters:
        text = (
            "impossible at once: CloudNativePG takes either another image or other parameters of PostgreSQL. "
            "Apply one, then the other"
        )
        yield Meaning(effect="refused", text=text, source=_WEBHOOK, paths=(_IMAGE, *parameters))
