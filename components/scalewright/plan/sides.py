"""A plan as one side of a comparison. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scalewright.plan.changes import Side
from scalewright.plan.pairs import identity
from scalewright.plan.render import objects, withheld
from scalewright.plan.resources import SECRET

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scalewright.plan.resources import Resource

Manifest = dict[str, Any]


def whole(resources: Iterable[Resource]) -> Side:
    """Return all that a plan makes: objects of a cluster, and what else Pulumi makes, such as passwords.

    Raises RenderError for two objects of one name.
    """
    resources = [one for one in resources if one.custom]
    made, secrets = objects(resources), withheld(resources)
    known = {id(one) for one in (*made, *secrets)}
    others = [_other(one) for one in resources if id(one.inputs) not in known]
    return Side([*made, *map(_masked, secrets), *others], _retained(resources, known))


def rendered(resources: Iterable[Resource]) -> Side:
    """Return what a render of a plan writes down: its objects, but for Secrets whose values Pulumi alone knows."""
    return Side(objects(resources))


def _retained(resources: Iterable[Resource], known: set[int]) -> frozenset[Any]:
    return frozenset(
        identity(one.inputs if id(one.inputs) in known else _other(one)) for one in resources if one.retain_on_delete
    )


def _masked(secret: Manifest) -> Manifest:
    """Return a Secret without its values, which its author may have written down in the program."""
    values = {field: secret[field] for field in ("data", "stringData") if field in secret}
    masked = {
        field: dict.fromkeys(value, SECRET) if isinstance(value, dict) else SECRET for field, value in values.items()
    }
    return {**secret, **masked}


def _other(resource: Resource) -> Manifest:
    """Return what is no object of a cluster as if it were one: by its Pulumi type and name."""
    package, _, kind = resource.type.partition(":")
    return {
        **resource.inputs,
        "apiVersion": f"{package}/pulumi",
        "kind": kind.rpartition(":")[2],
        "metadata": {"name": resource.name},
    }
