"""The base of every part of a declaration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, model_validator

from scalewright.declaration.problem import Problem, RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator

Item = TypeVar("Item")


class Model(BaseModel):
    """A frozen part of a declaration that knows its settings exactly and converts nothing by guessing."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, use_attribute_docstrings=True)

    def contradictions(self) -> Iterator[Problem]:
        """Find settings that are right each by itself and wrong together; paths start at this model."""
        yield from ()

    @model_validator(mode="after")
    def _has_no_contradictions(self) -> Self:
        if found := tuple(self.contradictions()):
            raise RefusedError(*found)
        return self


def no_repeats(items: list[Item]) -> list[Item]:
    """Refuse each item of a list that an earlier one already is."""
    repeated = [
        Problem((index,), item, "it must appear only once in its list", "Take the repetition out")
        for index, item in enumerate(items)
        if item in items[:index]
    ]
    if repeated:
        raise RefusedError(*repeated)
    return items


Unique = AfterValidator(no_repeats)
"""Metadata of a list field whose items must differ."""
