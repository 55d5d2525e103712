"""Deaths that the supervisor noted: http://supervisord.org/subprocess.html#process-states."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass

_STARTED = "supervisord started with pid"
_EXITED = re.compile(
    r"^(?P<at>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d),\d{3} \w+ exited: (?P<name>\S+) \((?P<how>[^;)]+)[^\n]*\)$", re.MULTILINE
)


@dataclass(frozen=True)
class Death:
    """One process that ended without having been asked to; `at` in seconds since the epoch."""

    name: str
    at: float
    how: str

    @property
    def signal(self) -> str | None:
        """The signal that ended it, None where it ended by itself."""
        return self.how.removeprefix("terminated by ").split()[0] if self.how.startswith("terminated by ") else None


def deaths(log: str) -> list[Death]:
    """Read the supervisor's log since its last start; times in it are those of this machine's zone."""
    return [
        Death(line["name"], time.mktime(time.strptime(line["at"], "%Y-%m-%d %H:%M:%S")), line["how"])
        for line in _EXITED.finditer(log[max(0, log.rfind(_STARTED)) :])
    ]
