"""Digests of an application's code, so that a plan can tell that it changed."""

from __future__ import annotations

import configparser
import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path


def digests(folder: Path, parts: Mapping[str, str]) -> dict[str, str]:
    """Return the digest of the code that each part runs, for those whose code lies in `folder`.

    A part is ``package.module:attribute`` or ``package.module`` (all Python files of its top package count, since it
    may import any), the name of an Alembic configuration (the file and its scripts), or ``seed`` (its module alone).
    """
    packages: dict[str, str | None] = {}
    found: dict[str, str | None] = {}
    for name, part in parts.items():
        if name == "migrations":
            found[name] = _digest(_migrations(folder, part), folder)
        elif name == "seed":
            found[name] = _digest([folder / f"{part.replace('.', '/')}.py"], folder)
        else:
            top = part.partition(":")[0].partition(".")[0]
            if top not in packages:
                packages[top] = _digest((folder / top).rglob("*.py"), folder)
            found[name] = packages[top]
    return {name: digest for name, digest in found.items() if digest}


def _migrations(folder: Path, name: str) -> list[Path]:
    path = folder / name
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read(path)
    except configparser.Error:  # Alembic will say what is wrong with it
        return [path]
    location = parser.get("alembic", "script_location", fallback="migrations")
    return [path, *(path.parent / location.replace("%(here)s", str(path.parent))).rglob("*.py")]


def _digest(files: Iterable[Path], folder: Path) -> str | None:
    digest, empty = hashlib.sha256(), True
    for path in sorted(path for path in files if path.is_file()):
        empty = False
        digest.update(f"{path.relative_to(folder)}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    return None if empty else f"sha256:{digest.hexdigest()[:16]}"
