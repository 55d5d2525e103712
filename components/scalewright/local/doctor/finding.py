"""One thing that was found: what it is about, what was seen, why it is so, and the line that mends it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from collections.abc import Iterable

#: ok: as it should be; note: worth knowing; trouble: something does not work, or soon will not
Level = Literal["ok", "note", "trouble"]

#: The environment that every command acts on unless it is told another.
DEFAULT = "local"
_UNSAFE_WORD = re.compile(r"[^\w@%+=:,./-]")


class Finding(BaseModel):
    """`seen` holds the figures; `remedy` is a line for a shell, where an edit comes first with that as its comment."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    subject: str
    level: Level
    seen: str
    cause: str | None = None
    remedy: str | None = None


def ok(subject: str, seen: str) -> Finding:
    """Return what is as it should be."""
    return Finding(subject=subject, level="ok", seen=seen)


def note(subject: str, seen: str, cause: str | None = None, remedy: str | None = None) -> Finding:
    """Return what is worth knowing and no trouble yet."""
    return Finding(subject=subject, level="note", seen=seen, cause=cause, remedy=remedy)


def trouble(subject: str, seen: str, cause: str | None, remedy: str) -> Finding:
    """Return what does not work, with its cause as far as it is known, and what to type."""
    return Finding(subject=subject, level="trouble", seen=seen, cause=cause, remedy=remedy)


def without(secrets: Iterable[str], finding: Finding) -> Finding:
    """Return a finding in whose texts no secret appears: what a log or a statement says is not ours to trust."""
    known = [secret for secret in secrets if secret]

    def hidden(text: str | None) -> str | None:
        for secret in known:
            text = text and text.replace(secret, "(secret)")
        return text

    texts = {name: hidden(getattr(finding, name)) for name in ("seen", "cause", "remedy")}
    return finding.model_copy(update=texts)


def addressed(finding: Finding, environment: str) -> Finding:
    """Return a finding whose remedy names the environment it is for, where that is not the default."""
    if environment == DEFAULT or finding.remedy is None:
        return finding
    option = re.sub(r"\bscalewright (logs|exec|scale)\b", rf"scalewright \1 --env {environment}", finding.remedy)
    remedy = re.sub(r"\bscalewright (up|down|status)\b", rf"scalewright \1 {environment}", option)
    return finding.model_copy(update={"remedy": remedy})


def go_on(pids: Iterable[int]) -> str:
    """Return the line that lets frozen processes go on."""
    return f"kill -CONT {' '.join(map(str, pids))}"


def quoted(path: object) -> str:
    """Return a path as a word of a shell; as it is where it needs no quotes."""
    text = str(path)
    return "'" + text.replace("'", "'\\''") + "'" if not text or _UNSAFE_WORD.search(text) else text


def mebibytes(count: float) -> str:
    """Return a number of bytes for a reader."""
    return f"{count / 2**30:.1f} GiB" if count >= 2**30 else f"{count / 2**20:.0f} MiB"


def span(seconds: float) -> str:
    """Return a time for a reader."""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 120:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.0f} h"
