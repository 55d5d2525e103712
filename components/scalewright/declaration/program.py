"""Runs `stacks/backend.py`, the declaration that all environments share."""

from __future__ import annotations

import sys
import traceback
from contextlib import contextmanager
from types import ModuleType
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from scalewright.declaration import backend as parts
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
        with _beside(path.parent):
            exec(compile(path.read_bytes(), str(path), "exec"), module.__dict__)  # noqa: S102 - it is the user's program
    except SyntaxError as error:
        raise _mistakes(f"it is not Python: {error.msg}", "Correct it", error.lineno, error.offset) from None
    except ValidationError as error:
        raise Mistakes(_refused(error, _line(error, path))) from None
    except (Exception, SystemExit) as error:
        raise _mistakes(f"it raises {type(error).__name__}: {error}", "Correct it", _line(error, path)) from None
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
        sys.path.remove(str(folder))
        for name in set(sys.modules) - before:
            if str(getattr(sys.modules[name], "__file__", None) or "").startswith(f"{folder}/"):
                del sys.modules[name]


def _line(error: BaseException, path: Path) -> int | None:
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
    return lines[-1] if lines else None


def _refused(error: ValidationError, line: int | None) -> Iterator[Mistake]:
    """What a constructor in the program refused; only the outermost, `Backend`, needs no name before its settings."""
    root: type[Any] = getattr(_vocabulary(), error.title, Backend)
    for problem in problems_of(error, root):
        prefix = () if root is Backend else (error.title,)
        yield Mistake(dotted((*prefix, *problem.path)), problem.value, problem.bound, problem.remedy, NAME, line)


def _vocabulary() -> ModuleType:
    return sys.modules[parts.__package__]


def _mistakes(bound: str, remedy: str, line: int | None = None, column: int | None = None) -> Mistakes:
    return Mistakes([Mistake("", None, bound, remedy, NAME, line, column)])
