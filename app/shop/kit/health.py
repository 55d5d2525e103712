"""The file by which a process without a port shows that it can do its work."""

import time
from pathlib import Path


class HealthFile:
    """Touched while the process is able to work; its modification time is what a platform reads.

    `None` as path makes every beat a no-op: a process run by hand has nobody watching.
    """

    INTERVAL = 1.0  # seconds; platforms call a file stale after 15

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._next = 0.0

    def beat(self) -> None:
        """Touch the file, at most once per `INTERVAL`."""
        now = time.monotonic()
        if self._path is not None and now >= self._next:
            self._path.touch()
            self._next = now + self.INTERVAL
