"""Finds all that is wrong with a declaration, not only what is found first."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from scalewright.declaration.anatomy import fields_of, part_at
from scalewright.declaration.backend import Backend
from scalewright.declaration.wording import problems_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scalewright.declaration.problem import Path, Problem


def diagnose(declared: Mapping[str, Any], out_of_place: Sequence[Path] = ()) -> list[Problem]:
    """All problems of plain data that should be a `Backend`; none means that it is one.

    The validator looks at a part as a whole only when its settings are right one by one, and at the backend as a whole
    only when its parts are. So what it refuses is replaced by something acceptable, and it is asked again, until it
    has seen everything; what it says about the replacements is left out. So is what it says about settings that are
    `out_of_place`, for those are to be taken out whatever is wrong with them.
    """
    data = deepcopy(dict(declared))
    found: list[Problem] = []
    replaced: list[Path] = []
    while True:
        try:
            Backend.model_validate(data)
        except ValidationError as error:
            problems = list(problems_of(error, Backend))
        else:
            return found
        found += [each for each in problems if not (_rests_on(each, replaced) or _goes_with(each, out_of_place))]
        fresh = _fresh([each.path for each in problems], replaced) or _fresh(
            [path for each in problems for path in each.reads], replaced
        )
        if not fresh:
            return found
        for path in fresh:
            _replace(data, path)
        replaced += fresh


def _rests_on(problem: Problem, replaced: list[Path]) -> bool:
    return any(_overlap(path, other) for path in (problem.path, *problem.reads) for other in replaced)


def _goes_with(problem: Problem, settings: Sequence[Path]) -> bool:
    """Whether the problem would go if one of the settings went: it lies in that, or rests on something in it."""
    paths = (problem.path, *problem.reads)
    return any(len(path) >= len(setting) and _overlap(path, setting) for path in paths for setting in settings)


def _overlap(one: Path, other: Path) -> bool:
    """Whether one of two paths leads to the other; `*` stands for any name."""
    return all(a == b or "*" in (a, b) for a, b in zip(one, other, strict=False))


def _fresh(paths: list[Path], replaced: list[Path]) -> list[Path]:
    """The settings to replace: of a list the whole, because taking an item out would move the others."""
    settings = [_up_to_list(path) for path in paths if "*" not in path]
    return [path for path in dict.fromkeys(settings) if path and path not in replaced]


def _up_to_list(path: Path) -> Path:
    index = next((position for position, step in enumerate(path) if isinstance(step, int)), len(path))
    return path[:index]


def _replace(data: dict[str, Any], path: Path) -> None:
    """Put the example of a setting that has one, or else its default, in the place of a refused value."""
    holder: Any = data
    for step in path[:-1]:
        holder = holder.get(step) if isinstance(holder, dict) else None
    if not isinstance(holder, dict):
        return
    owner = part_at(Backend, path[:-1])
    field = fields_of(owner).get(str(path[-1])) if owner is not None else None
    if field is not None and field.examples and (field.is_required() or path[-1] not in holder):
        holder[path[-1]] = deepcopy(field.examples[0])
    else:
        holder.pop(path[-1], None)
