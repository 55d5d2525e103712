"""Puts what the validator found into the words of this toolkit."""

from __future__ import annotations

import re
from dataclasses import replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from scalewright.declaration.anatomy import Place, fields_of, locate
from scalewright.declaration.errors import shown
from scalewright.declaration.metric import METRIC_TYPES
from scalewright.declaration.problem import Absent, Problem, RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

_HINTS = {
    ("Postgres", "replicas"): "Write instances, which counts the primary too: instances = replicas + 1",
    ("Postgres", "version"): "Take it out: programs.postgres chooses it locally, the image in a cluster",
    ("Postgres", "port"): "Take it out: the platform chooses ports",
    ("Redis", "maxmemory"): "Write memory",
    ("Redis", "port"): "Take it out: the platform chooses ports",
    ("Service", "port"): "Take it out: the platform chooses ports",
    ("Service", "replicas"): "Write scale: {min: 2, max: 2}",
    ("Service", "env"): "Write environment",
    ("Service", "queues"): "Write sends",
    ("Workers", "replicas"): "Write scale: {min: 2, max: 2}",
    ("Workers", "env"): "Write environment",
    ("Scale", "replicas"): "Write min and max",
    ("Scale", "minReplicas"): "Write min",
    ("Scale", "maxReplicas"): "Write max",
    ("Resources", "limits"): "Write memory, which is request and limit, and cpu_limit",
    ("Resources", "requests"): "Write cpu and memory",
}
"""What people mean by settings that are unknown here and usual elsewhere."""

_TYPES = {
    "int_type": ("it must be a whole number", "Write it in digits, without quotes or fraction"),
    "int_parsing_size": ("it must be a whole number of a usual size", "Lower it"),
    "float_type": ("it must be a number", "Write it without quotes"),
    "finite_number": ("it must be a finite number", "Write it in digits"),
    "bool_type": ("it must be true or false", "Write it without quotes"),
    "string_type": ("it must be text", "Put it in quotes"),
    "string_unicode": ("it must be text in UTF-8", "Save the file as UTF-8"),
    "too_short": ("it must have at least one entry", "Add one"),
    "list_type": ("it must be a list", "Write it as in [a, b]"),
    "dict_type": ("it must be a mapping", "Write it as in {name: value}"),
    "unexpected_positional_argument": ("it must be left out, because there are fewer arguments", "Name the arguments"),
}
_PART_TYPES = ("model_type", "model_attributes_type", "dataclass_type", "dataclass_exact_type")
_TYPES |= dict.fromkeys(_PART_TYPES, ("it must be a mapping of settings", "Write it as in {setting: value}"))
_CHOICES = frozenset({"literal_error", "union_tag_invalid", "union_tag_not_found"})
_UNKNOWN = frozenset({"extra_forbidden", "unexpected_keyword_argument"})
_MISSING = frozenset({"missing", "missing_argument"})
_COMPARISONS = {
    "greater_than": ("gt", "more than", "Raise it above {}"),
    "greater_than_equal": ("ge", "at least", "Raise it to {} or more"),
    "less_than": ("lt", "less than", "Lower it below {}"),
    "less_than_equal": ("le", "at most", "Lower it to {} or less"),
}


def problems_of(error: ValidationError, root: type[Any]) -> Iterator[Problem]:
    """All problems that one run of the validator found, with paths from the root."""
    for details in error.errors(include_url=False):
        place = locate(root, details["loc"])
        yield from _problems(details, place)


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that was probably meant."""
    return next(iter(get_close_matches(name, list(known), n=1)), None)


def _problems(details: ErrorDetails, place: Place) -> Iterator[Problem]:
    cause = details.get("ctx", {}).get("error")
    if isinstance(cause, RefusedError):
        for problem in cause.problems:
            whole = not problem.path and problem.value is Absent.MISSING
            yield (replace(problem, value=details["input"]) if whole else problem).below(place.path)
        return
    value: object = details["input"]
    if details["type"] in _MISSING:
        value = Absent.MISSING
    elif details["type"] in _UNKNOWN:
        value = Absent.UNKNOWN
    elif details["type"].startswith("union_tag") and isinstance(value, dict):
        place, value = replace(place, path=(*place.path, "type")), value.get("type", Absent.MISSING)
    bound, remedy = _worded(details, place)
    yield Problem(place.path, value, bound, remedy)


def _worded(details: ErrorDetails, place: Place) -> tuple[str, str]:
    kind, context = details["type"], details.get("ctx", {})
    if kind in _UNKNOWN:
        return unknown(str(place.path[-1]), place.owner)
    if kind in _MISSING:
        example = place.field.examples[0] if place.field and place.field.examples else None
        return "it must be given", f"Write for example {place.path[-1]}: {_as_yaml(example)}" if example else "Give it"
    if kind in _COMPARISONS:
        key, words, remedy = _COMPARISONS[kind]
        limit = f"{context[key]:.10g}"
        return f"it must be {words} {limit}", remedy.format(limit)
    if kind in _CHOICES:
        return _choice(details, context)
    # What no field of ours can raise today: the validator's own sentence is better than none.
    return _TYPES.get(kind, (f"it was refused: {details['msg']}", "Correct it"))


def unknown(name: str, owner: type[Any] | None) -> tuple[str, str]:
    """Bound and remedy for a setting that its part does not have."""
    known = fields_of(owner) if owner is not None else {}
    bound = f"it must be one of {', '.join(known)}"
    hints = {usual: hint for (part, usual), hint in _HINTS.items() if owner is not None and part == owner.__name__}
    near = nearest(name, [*known, *hints])
    if near is None:
        return bound, "Take it out"
    return bound, hints.get(near, f"Did you mean {near}?")


def _choice(details: ErrorDetails, context: dict[str, Any]) -> tuple[str, str]:
    choices = re.findall(r"'([^']*)'", context["expected"]) if "expected" in context else METRIC_TYPES
    given = context.get("tag", details["input"])
    near = nearest(given, choices) if isinstance(given, str) else None
    return f"it must be one of {', '.join(choices)}", f"Did you mean {near}?" if near else "Choose one of them"


def _as_yaml(example: object) -> str:
    return shown(example).replace("'", "") if isinstance(example, list) else str(example)
