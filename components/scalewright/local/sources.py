"""Digests of an application's code, so that a plan can tell that it changed."""

from __future__ import annotations

import configparser
import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

from scalewright.local.errors import PlatformError

if TYPE_CHECKING:
    from collections.abc import Mapping


def digests(folder: Path, parts: Mapping[str, str]) -> dict[str, str]:
    """Return the digest of the code that each part runs, for those whose code lies in `folder`.

    A part is ``package.module:attribute`` or ``package.module`` (all Python files of its top package count, since it
    may import any), the name of an Alembic configuration (the file and its scripts, wherever they lie), or ``seed``
    (its module alone). Raises PlatformError that names all that cannot be read: it could change unnoticed.
    """
    code = _Code()
    packages: dict[str, str | None] = {}
    found: dict[str, str | None] = {}
    for name, part in parts.items():
        if name == "migrations":
            scripts = _scripts(folder, folder / part)
            found[name] = code.digest({part: folder / part} | (code.modules(scripts) if scripts else {}))
        elif name == "seed":
            module = f"{part.replace('.', '/')}.py"
            found[name] = code.digest({module: folder / module})
        else:
            top = part.partition(":")[0].partition(".")[0]
            if top not in packages:
                packages[top] = code.digest(code.modules(folder / top))
            found[name] = packages[top]
    if code.troubles:
        raise PlatformError(*code.troubles)
    return {name: digest for name, digest in found.items() if digest}


def _scripts(folder: Path, path: Path) -> Path | None:
    """Return the folder of the scripts of an Alembic configuration, if that can be told.

    A location is a path, or ``package:folder`` for a folder within a package:
    https://alembic.sqlalchemy.org/en/latest/tutorial.html#editing-the-ini-file
    """
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read_string(os.fsdecode(path.read_bytes()))
    except (configparser.Error, OSError):  # its digest will say that it cannot be read, Alembic what is wrong with it
        return None
    location = parser.get("alembic", "script_location", fallback="migrations").replace("%(here)s", str(path.parent))
    package, colon, inner = location.partition(":")
    if colon and not os.path.isabs(location):
        return folder / package.replace(".", "/") / inner.replace(":", "/")
    return folder / location  # Alembic runs there


class _Code:
    """Finds and digests code; what cannot be read is kept in `troubles`, each once."""

    def __init__(self) -> None:
        self.troubles: dict[str, None] = {}

    def modules(self, folder: Path) -> dict[str, Path]:
        """Return the Python files below a folder by their paths in it; none where there is no such folder."""
        walk = os.walk(folder, onerror=self._note)
        paths = [Path(parent, name) for parent, _, names in walk for name in names if name.endswith(".py")]
        return {str(path.relative_to(folder)): path for path in paths}

    def digest(self, files: Mapping[str, Path]) -> str | None:
        """Return one digest of all files that exist, and of their names: these do not tell where the project lies."""
        digest, empty = hashlib.sha256(), True
        for name, path in sorted(files.items()):
            try:
                if not path.is_file():
                    continue
                text = path.read_bytes()
            except OSError as error:
                self._note(error)
                continue
            empty = False
            digest.update(os.fsencode(name) + b"\0%d\0" % len(text))
            digest.update(text)
        return None if empty else f"sha256:{digest.hexdigest()[:16]}"

    def _note(self, error: OSError) -> None:
        if not isinstance(error, FileNotFoundError | NotADirectoryError):
            trouble = f"{error.filename} cannot be read: {error.strerror}. "
            self.troubles[trouble + "Give yourself the right to read it, or move it out of the application"] = None
