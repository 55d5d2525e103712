"""Anybody's manifests: files, folders of them, and what another program writes."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from scalewright.declaration.errors import Mistake, Mistakes
from scalewright.local.errors import PlatformError
from scalewright.plan.policy.manifests import read

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scalewright.plan.policy.subject import Subject

ENDINGS = (".yaml", ".yml", ".json")
STANDARD_INPUT = "-"


def subjects(paths: Iterable[str]) -> list[Subject]:
    """Return the objects of all that is named. Raises Mistakes, and PlatformError for what is not there or is empty."""
    found: list[Subject] = []
    mistakes: list[Mistake] = []
    for name, raw in _files(paths):
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            bound = f"the file must be text in UTF-8, and its byte {error.start + 1} ({raw[error.start]:#04x}) is not"
            mistakes.append(Mistake("", None, bound, "Save it as UTF-8", name, raw.count(b"\n", 0, error.start) + 1))
            continue
        manifests = read(text, name)
        found += manifests.subjects
        mistakes += manifests.mistakes
    if mistakes:
        raise Mistakes(mistakes)
    if not found:
        raise PlatformError(f"{', '.join(paths)}: there is no manifest in it. Name where there are some")
    return found


def _files(paths: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """Yield every file by its name for messages; raises PlatformError, for all that are not there together."""
    if lacking := [one for one in paths if one != STANDARD_INPUT and not Path(one).exists()]:
        remedy = "Name one that holds manifests; an environment is named with --environment"
        raise PlatformError(*(f"there is no file or folder {one}. {remedy}" for one in lacking))
    for one in paths:
        if one == STANDARD_INPUT:
            yield "standard input", _standard_input()
        elif (path := Path(one)).is_dir():
            yield from ((str(file), _content(file)) for file in _below(path))
        else:
            yield one, _content(path)


def _below(folder: Path) -> list[Path]:
    """Return the files of a folder and of those in it; what is hidden is no manifest."""
    files = (one for one in folder.rglob("*") if one.suffix in ENDINGS and one.is_file())
    return sorted(one for one in files if not any(part.startswith(".") for part in one.relative_to(folder).parts))


def _standard_input() -> bytes:
    try:
        return sys.stdin.buffer.read()
    except (AttributeError, OSError) as error:  # Python has none where it was closed
        raise PlatformError("standard input cannot be read. Pipe manifests into it, or name a file") from error


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise PlatformError(f"{file} cannot be read: {error.strerror}. Make it readable, or name another") from error
