"""Reads a YAML file of settings into a model; all mistakes of it are told together, each with its line."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeVar

from pydantic import BaseModel, ValidationError

from scalewright.declaration.document import Document, read
from scalewright.declaration.errors import Mistake
from scalewright.declaration.problem import dotted
from scalewright.declaration.wording import problems_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path as FilePath

    from scalewright.declaration.problem import Path, Problem

Content = TypeVar("Content", bound=BaseModel)


class Settings(NamedTuple):
    """What a file holds as plain data, and where."""

    document: Document

    def line(self, path: Path) -> int | None:
        """Return the line of a setting, or of the nearest thing around it."""
        position = self._position(path)
        return position[0] if position else None

    def located(self, problems: Iterable[Problem]) -> list[Mistake]:
        """Return problems with the place in the file where each is mended."""
        return [self._located(one) for one in problems]

    def _located(self, problem: Problem) -> Mistake:
        line, column = self._position(problem.path) or (None, None)
        path = dotted(problem.path) or "the file"
        return Mistake(path, problem.value, problem.bound, problem.remedy, self.document.file, line, column)

    def _position(self, path: Path) -> tuple[int, int] | None:
        around = (path[:end] for end in range(len(path), 0, -1))
        return next(filter(None, map(self.document.positions.get, around)), None)


def content(project: FilePath, name: str, model: type[Content]) -> tuple[Content | None, Settings, list[Mistake]]:
    """Return what a file of a project holds, and what is wrong with it; a file that is not there is an empty one.

    Raises Mistakes for what is no YAML.
    """
    file = project / name
    settings = Settings(read(file, name) if file.exists() else Document(name))
    mistakes = list(settings.document.mistakes)
    data = settings.document.data
    try:
        return model.model_validate({} if data is None else data), settings, mistakes
    except ValidationError as error:
        return None, settings, [*mistakes, *settings.located(problems_of(error, model))]
