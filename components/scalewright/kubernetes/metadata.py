"""Names and labels of objects.

Labels are those that Kubernetes recommends:
https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/
"""

from collections.abc import Mapping
from typing import Any

from pulumi import Input

MANAGER = "scalewright"
NAME = "app.kubernetes.io/name"
COMPONENT = "app.kubernetes.io/component"
PART_OF = "app.kubernetes.io/part-of"
MANAGED_BY = "app.kubernetes.io/managed-by"

Labels = dict[str, Input[str]]


def selector(name: str, component: str) -> Labels:
    """Return the labels by which the pods of one part are selected; they never change while it lives."""
    return {NAME: name, COMPONENT: component}


def labels(args: Mapping[str, Any], name: str, component: str) -> Labels:
    """Return the labels of everything that belongs to a part; `component` is its role, such as ``api``."""
    return {**selector(name, component), PART_OF: args.get("part_of", name), MANAGED_BY: MANAGER}


def metadata(
    args: Mapping[str, Any], name: str, component: str, *, suffix: str = "", annotations: Labels | None = None
) -> dict[str, Any]:
    """Return the metadata of an object of a part, named ``<name>`` or ``<name>-<suffix>``.

    Names are given, not generated, so that what refers to them by text finds them and two renders are the same.
    """
    described = {
        "name": f"{name}-{suffix}" if suffix else name,
        "namespace": args["namespace"],
        "labels": labels(args, name, component),
    }
    return {**described, "annotations": annotations} if annotations else described
