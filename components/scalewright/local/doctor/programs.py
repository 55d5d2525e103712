"""The server programs: where each was found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright.local import programs
from scalewright.local.doctor.finding import ok

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.declaration import Backend
    from scalewright.local.doctor.finding import Finding
    from scalewright.local.state import State

WORDS = {"declared": "declared", "machine": "this machine's own", "wheel": "from its wheel"}


def look(backend: Backend, state: State, name: str) -> Iterator[Finding]:
    """Find one program; raises PlatformError for one that is missing, with the line that brings it."""
    found = programs.find([name], backend.programs, state / "data")[name]
    yield ok(name, f"{'.'.join(map(str, found.version))}, {WORDS[found.origin]}: {found.path}")
