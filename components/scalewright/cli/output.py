"""A file that a command writes because it was asked to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright.local.errors import PlatformError

if TYPE_CHECKING:
    from pathlib import Path


def write(file: Path, text: str, remedy: str = "Name a file that you may write to") -> None:
    """Replace a file as a whole; what is no file, such as a pipe, is written to. Raises PlatformError with `remedy`."""
    try:
        if file.exists() and not file.is_file():
            file.write_text(text, encoding="utf-8", newline="\n")
            return
        target = file.resolve()  # what a link leads to, and not the link
        scratch = target.with_name(f".{target.name}.new")
        try:
            scratch.write_text(text, encoding="utf-8", newline="\n")
            scratch.replace(target)
        finally:
            scratch.unlink(missing_ok=True)
    except OSError as error:
        raise PlatformError(f"{file} cannot be written: {error.strerror}. {remedy}") from error
