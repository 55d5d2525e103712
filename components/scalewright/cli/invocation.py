"""How the reader of a message can run the next command."""

from __future__ import annotations

import os
import shutil
import sysconfig
from pathlib import Path


def program() -> str:
    """Return what to type for ``scalewright`` here: its name where it is on PATH, else the path of its script."""
    script = Path(sysconfig.get_path("scripts")) / "scalewright"
    found = shutil.which("scalewright")
    if found and Path(found).resolve() == script.resolve():
        return "scalewright"
    relative = os.path.relpath(script)
    return str(script) if relative.startswith("..") else relative
