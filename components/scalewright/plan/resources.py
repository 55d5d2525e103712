"""Records of the resources that a Pulumi program would make."""

from __future__ import annotations

from typing import Any

from scalewright.plan.records import Record

UNKNOWN = "<known after it is made>"
"""Stands in inputs for what nobody knows before it is made."""
SECRET = "<secret>"  # noqa: S105 - what stands for one
"""Stands in inputs for a secret value."""


class Resource(Record):
    """One resource: its Pulumi type, its name, and its inputs as they would be sent to its provider.

    `parent` and `depends_on` are URNs; `custom` tells what a provider makes from a component, which only groups others.
    """

    urn: str
    type: str
    name: str
    inputs: dict[str, Any]
    parent: str | None = None
    depends_on: tuple[str, ...] = ()
    custom: bool = True
    protect: bool = False
    retain_on_delete: bool = False
