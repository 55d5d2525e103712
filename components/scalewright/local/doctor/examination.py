"""Examinations: each looks at one thing within its own time, all of them at once."""

from __future__ import annotations

import re
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from scalewright.local.doctor.finding import Finding, trouble
from scalewright.local.errors import PlatformError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

#: Seconds that an examination has, which asks nothing that may take longer; a loaded machine is slow to start it.
LIMIT = 6.0


@dataclass(frozen=True)
class Examination:
    """What belongs to `part`; `look` yields findings as it makes them. `remedy` is for one that does not end."""

    part: str
    subject: str
    look: Callable[[], Iterable[Finding]]
    remedy: str
    seconds: float = LIMIT


@dataclass
class _Course:
    examination: Examination
    found: list[Finding] = field(default_factory=list)
    thread: threading.Thread | None = None

    def begin(self) -> None:
        # A daemon: what hangs in the kernel must not keep the command from ending.
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    @property
    def at_work(self) -> bool:
        return self.thread is not None and self.thread.is_alive()

    def _run(self) -> None:
        one = self.examination
        try:
            for finding in one.look():
                self.found.append(finding)
        except PlatformError as error:
            self.found += [_told(one, text) for text in error.troubles]
        except Exception as error:  # one that fails must not hide what the others found
            self.found.append(trouble(one.subject, f"could not be examined: {_worded(error)}", None, one.remedy))

    def findings(self) -> list[Finding]:
        found = list(self.found)
        if self.at_work:
            one = self.examination
            seen = f"not examined within {one.seconds:.0f} s"
            found.append(trouble(one.subject, seen, "what was asked does not answer", one.remedy))
        return found


def examine(
    examinations: Sequence[Examination], waiting_for: Callable[[list[str]], None] = lambda _: None
) -> dict[str, list[Finding]]:
    """Carry examinations out and return what they found, by part and in their order.

    One that fails is a trouble itself, and so is one that is not done within its time. `waiting_for` is told of whom
    there is no answer yet.
    """
    courses = [_Course(examination) for examination in examinations]
    begun = time.monotonic()
    for course in courses:
        course.begin()
    while late := [course for course in courses if course.at_work and _has_time(course, begun)]:
        waiting_for(list(dict.fromkeys(course.examination.subject for course in late)))
        time.sleep(0.02)
    found: dict[str, list[Finding]] = {}
    for course in courses:
        found.setdefault(course.examination.part, []).extend(course.findings())
    return found


def _has_time(course: _Course, begun: float) -> bool:
    return time.monotonic() - begun < course.examination.seconds


def _told(examination: Examination, text: str) -> Finding:
    """Turn what another command would end with into a finding; what it says to run is the remedy."""
    named = re.search(r"`([^`]+)`(?:, then `([^`]+)`)?", text)
    commands = " && ".join(filter(None, named.groups())) if named else examination.remedy
    return trouble(examination.subject, text, None, commands)


def _worded(error: Exception) -> str:
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}"
    return f"{type(error).__name__}: {error}"
