"""Runs `stacks/backend.py`, the declaration that all environments share."""

from __future__ import annotations

import sys
import traceback
from contextlib import contextmanager, suppress
from types import ModuleType
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from scalewright.declaration.backend import Backend
from scalewright.declaration.errors import Mistake, Mistakes
from scalewright.declaration.problem import dotted
from scalewright.declaration.wording import problems_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAME = "stacks/backend.py"


def declared(project: Path) -> Backend:
    """The backend that the project declares; raises `Mistakes` where the program fails or declares none."""
    path = project / NAME
    if not path.is_file():
        raise _mistakes("the file is missing", "Create it with a declaration: backend = Backend(name=...)")
    module = ModuleType("__backend__")
    module.__file__ = str(path)
    try:
        source = path.read_bytes()
    except OSError as error:
        raise _mistakes(f"the file cannot be read: {error.strerror}", "Make it readable") from None
    try:
        with _beside(path.parent):
            exec(compile(source, str(path), "exec"), module.__dict__)  # noqa: S102 - it is the user's program
    except (Exception, SystemExit) as error:
        raise Mistakes(_failure(error, _line(error, path))) from None
    value = getattr(module, "backend", None)
    if not isinstance(value, Backend):
        raise _mistakes("it must hold a Backend of the name backend", "Write backend = Backend(name=...)")
    return value


@contextmanager
def _beside(folder: Path) -> Iterator[None]:
    """Let the program import modules that lie beside it, as `pulumi up` does, and forget them afterwards."""
    before = set(sys.modules)
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        with suppress(ValueError):
            sys.path.remove(str(folder))
        for name in set(sys.modules) - before:
            if str(getattr(sys.modules[name], "__file__", None) or "").startswith(f"{folder}/"):
                del sys.modules[name]


def _line(error: BaseException, path: Path) -> int | None:
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
    return lines[-1] if lines else None


def _failure(error: Exception | SystemExit, line: int | None) -> Iterator[Mistake]:
    if isinstance(error, SyntaxError) and line is None:  # of the program itself, not of what it imports
        yield Mistake("", None, f"it is not Python: {error.msg}", "Correct it", NAME, error.lineno, error.offset)
        return
    part: type[Any] | None = None
    if isinstance(error, ValidationError):
        part = getattr(sys.modules[__package__], error.title, None)
    if not isinstance(error, ValidationError) or part is None:
        reason = str(error).partition("\n")[0]
        yield Mistake("", None, f"it raises {type(error).__name__}: {reason}", "Correct it", NAME, line)
        return
    prefix = () if part is Backend else (error.title,)  # the settings of a backend need no name before them
    for problem in problems_of(error, part):
        yield Mistake(dotted((*prefix, *problem.path)), problem.value, problem.bound, problem.remedy, NAME, line)


def _mistakes(bound: str, remedy: str, line: int | None = None, column: int | None = None) -> Mistakes:
    return Mistakes([Mistake("", None, bound, remedy, NAME, line, column)])
