"""What a change of a property comes to, as a row of a table."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, get_args

from scalewright.declaration import Quantity, QuantityError

if TYPE_CHECKING:
    from collections.abc import Callable

    from scalewright.plan.diff import FieldChange

Effect = Literal["quiet", "scales", "runs", "rolls", "unknown", "replaces", "refused", "loses"]
"""From what nobody notices to what nobody gets back.

quiet: nothing restarts. scales: other numbers of replicas. runs: a Job. rolls: pods are replaced, some at a time.
unknown: nothing is known of it here. replaces: it cannot change in place, and is made anew. refused: it cannot be done.
loses: data is gone.
"""
SEVERITY = {effect: rank for rank, effect in enumerate(get_args(Effect))}


class Rule(NamedTuple):
    """What a change of a property, or of anything below it, comes to; a word in braces is the object's `name`."""

    path: str
    """Without what tells one item of a list from another, as in ``spec.containers[].image``."""
    effect: Effect
    text: str
    source: str
    """Where it is written."""
    when: Callable[[FieldChange], bool] | None = None


def falls(field: FieldChange) -> bool:
    """Whether an amount becomes smaller."""
    return _compared(field) == "falls"


def rises(field: FieldChange) -> bool:
    """Whether an amount becomes larger."""
    return _compared(field) == "rises"


def ends(field: FieldChange) -> bool:
    """Whether something is taken out."""
    return field.after is None


def _compared(field: FieldChange) -> str | None:
    old, new = _amount(field.before), _amount(field.after)
    if old is None or new is None or old == new:
        return None
    return "rises" if new > old else "falls"


def _amount(value: Any) -> Quantity | None:
    if isinstance(value, str | int) and not isinstance(value, bool):
        with suppress(QuantityError):
            return Quantity(value)
    return None
