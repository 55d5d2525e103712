"""What the end of a log says about the cause of a death."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

CODE = "its code, or what it imports"
PORT = "its port is taken"

#: What a server or a Python program writes, and what that means; the first that is met counts, so the narrow ones
#: come first.
_MEANINGS = (
    (r"No module named '?([\w.]+)", "Python finds no module {0}"),
    (r"(ImportError: .*)", "{0}"),
    (r"((?:Syntax|Indentation|Tab)Error: .*)", f"a mistake in {CODE}: {{0}}"),
    (r"(?:[Aa]ddress already in use|EADDRINUSE|error while attempting to bind|Address in use)", PORT),
    (r"No space left on device", "the disk is full"),
    (r"Read-only file system", "the disk is read-only"),
    (r"(?:MemoryError|[Cc]annot allocate memory|[Oo]ut of memory)", "there was no memory left for it"),
    (r"(?:Too many open files|EMFILE)", "it may open no more files"),
    (r"(?:password authentication failed|WRONGPASS|NOAUTH)", "its password is not that of the server"),
    (r"(?:too many clients|remaining connection slots)", "the database has no connection left for it"),
    (r"(?:valid checkpoint record|database files are incompatible|invalid page|PANIC: )", "its data is damaged"),
    (r"([Cc]onnection refused|[Cc]ould not connect|ConnectionError)", "what it needs does not answer: {0}"),
    (r"(?:[Pp]ermission denied|PermissionError)", "it may not use a file or a folder"),
    (r"signal 9|SIGKILL", "a process of its own was killed by SIGKILL"),
    (r"the preparation ended with status (\d+)", "what is run before it ended with status {0}"),
    (r"^(?:\w+\.)*(\w*(?:Error|Exception)\b.*)", f"a mistake in {CODE}: {{0}}"),
)


def meaning(lines: Sequence[str]) -> str | None:
    """Return what the last lines of a log mean, in words; None where none of them says anything known."""
    text = "\n".join(line.strip() for line in lines)
    for pattern, words in _MEANINGS:
        if found := list(re.finditer(pattern, text, re.MULTILINE)):
            return words.format(*(group.strip().rstrip(".") for group in found[-1].groups()))
    return None


def last_line(lines: Sequence[str], longest: int = 160) -> str:
    """Return the last line that says something, shortened for a reader."""
    said = next((line.strip() for line in reversed(lines) if line.strip()), "")
    return said if len(said) <= longest else f"{said[: longest - 3]}..."
