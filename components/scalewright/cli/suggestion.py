"""The answer to a name that there is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright.declaration.wording import nearest

if TYPE_CHECKING:
    from collections.abc import Collection


def unknown(what: str, name: str, known: Collection[str]) -> str:
    """Say that there is nothing of a name, which was probably meant, and which there are."""
    near = nearest(name.lower(), known)
    hint = f"Did you mean {near!r}? " if near else ""
    return f"there is no {what} {name!r}. {hint}There are: {', '.join(known) or 'none declared'}"
