"""Whose labels a selector means. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scalewright.plan.policy.subject import items, mapping

if TYPE_CHECKING:
    from collections.abc import Mapping


def selects(selector: Any, labels: Mapping[str, str]) -> bool:
    """Whether a selector of labels matches; a plain mapping, as a Service has, is one too.

    https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/
    """
    selector = mapping(selector)
    if not selector.keys() & {"matchLabels", "matchExpressions"}:
        return all(labels.get(key) == value for key, value in selector.items())
    same = all(labels.get(key) == value for key, value in mapping(selector.get("matchLabels")).items())
    return same and all(_meets(mapping(one), labels) for one in items(selector.get("matchExpressions")))


def _meets(requirement: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    key, values = str(requirement.get("key", "")), items(requirement.get("values"))
    match requirement.get("operator"):
        case "In":
            return labels.get(key) in values
        case "NotIn":
            return labels.get(key) not in values
        case "Exists":
            return key in labels
        case "DoesNotExist":
            return key not in labels
    return False
