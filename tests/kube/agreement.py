"""What a preview of ours and one of Pulumi's would change, in the same words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scalewright.plan.fields import general

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scalewright.plan.changes import Change
    from scalewright.plan.diff import FieldChange


def ours(found: Iterable[Change]) -> dict[str, tuple[str, set[str]]]:
    """Return what we would change, by kind and name, in the words of Pulumi."""
    told: dict[str, tuple[str, set[str]]] = {}
    words = {"added": "create", "changed": "update", "removed": "delete"}
    for one in found:
        if one.kind == "Job" and one.action == "replaced":  # of which Pulumi knows both by their names
            [former] = (field.before for field in one.fields if field.path == "metadata.name")
            told |= {f"Job {one.name}": ("create", set()), f"Job {former}": ("delete", set())}
        elif one.action != "unchanged":
            told[f"{one.kind} {one.name}"] = words[one.action], {_listed(field) for field in one.fields}
    return told


def _listed(field: FieldChange) -> str:
    """Return a general path; of an item of a list that comes or goes its list, for Pulumi tells those after it, too."""
    return general(field.path) if None not in (field.before, field.after) else general(field.path).removesuffix("[]")


def theirs(steps: list[dict[str, Any]]) -> dict[str, tuple[str, set[str]]]:
    """Return what Pulumi would change, by kind and name of the objects."""
    told: dict[str, tuple[str, set[str]]] = {}
    for step in steps:
        state = step.get("newState") or step["oldState"]
        if step["op"] in {"same", "refresh"} or not state.get("custom"):
            continue
        inputs = state["inputs"]
        name = inputs.get("metadata", {}).get("name", step["urn"].split("::")[3])
        kind = inputs.get("kind", step["urn"].split("::")[2].rpartition(":")[2])
        told[f"{kind} {name}"] = step["op"], {general(one) for one in step["detailedDiff"] or ()}
    return told
