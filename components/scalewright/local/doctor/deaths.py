"""Deaths that the supervisor noted: http://supervisord.org/subprocess.html#process-states."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass

_STARTED = "supervisord started with pid"
_EVENT = re.compile(
    r"^(?P<at>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d),\d{3} \w+ "
    r"(?:spawned: '(?P<spawned>[^']+)' with pid (?P<pid>\d+)|exited: (?P<exited>\S+) \((?P<how>[^;)]+).*\))$",
    re.MULTILINE,
)


@dataclass(frozen=True)
class Death:
    """One process that ended without having been asked to; `at` in seconds since the epoch, `pid` where it is known."""

    name: str
    at: float
    how: str
    pid: int | None = None

    @property
    def signal(self) -> str | None:
        """The signal that ended it, None where it ended by itself."""
        return self.how.removeprefix("terminated by ").split()[0] if self.how.startswith("terminated by ") else None


def deaths(log: str) -> list[Death]:
    """Read the supervisor's log since its last start; times in it are those of this machine's zone."""
    pids: dict[str, int] = {}
    found = []
    for event in _EVENT.finditer(log[max(0, log.rfind(_STARTED)) :]):
        if name := event["spawned"]:
            pids[name] = int(event["pid"])
        else:
            at = time.mktime(time.strptime(event["at"], "%Y-%m-%d %H:%M:%S"))
            found.append(Death(event["exited"], at, event["how"], pids.get(event["exited"])))
    return found
