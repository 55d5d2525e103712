"""A file that a command writes because it was asked to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright.local.errors import PlatformError

if TYPE_CHECKING:
    from pathlib import Path


def write(file: Path, text: str) -> None:
    """Write a text into a file; raises PlatformError where that cannot be."""
    try:
        file.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        remedy = "Name a file that you may write to"
        raise PlatformError(f"{file} cannot be written: {error.strerror}. {remedy}") from error
