"""What is to be done about one process, and how far it has come."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import subprocess

    from scalewright.local.running import Running
    from scalewright.plan.records import Process

Action = Literal["keep", "start", "restart", "update", "run", "remove", "stop"]
Phase = Literal["waiting", "stopping", "starting", "healthy", "done", "stopped", "removed", "failed", "skipped"]

#: Fields that change nothing in a process that runs: who waits for whom, how it is watched, what it reads again.
IN_PLACE = frozenset({"watched", "depends_on", "health"})
#: Fields of a job without which it would be another one: a moved port is no reason to migrate again.
OF_JOB = frozenset({"command", "directory", "source"})
SETTLED = frozenset({"healthy", "done"})
BROKEN = frozenset({"failed", "skipped"})
ENDED = SETTLED | BROKEN

#: Something that only has to be asked is shown when the answer takes longer than this.
UNREMARKABLE = 1.0


@dataclass
class Step:
    """One process and what is done about it; `seconds` is how long it took.

    `replaces` says that a process of this name runs, and so may be answering requests; `reason` says why something is
    done where the plan does not show it.
    """

    record: Process
    action: Action
    replaces: bool = False
    reason: str = ""
    phase: Phase = "waiting"
    since: float = 0.0
    seconds: float = 0.0
    detail: str = ""
    log: list[str] = field(default_factory=list)
    job: subprocess.Popen[bytes] | None = None

    @property
    def name(self) -> str:
        """The name of the process."""
        return self.record.name

    @property
    def touches(self) -> bool:
        """Whether the step changes anything."""
        return self.action != "keep"

    @property
    def remarkable(self) -> bool:
        """Whether it is worth showing: it changes something, or what should be healthy is not."""
        slow = self.phase == "starting" and self.elapsed > UNREMARKABLE
        return self.touches or slow or self.phase in BROKEN or self.seconds > UNREMARKABLE

    @property
    def elapsed(self) -> float:
        """Seconds since it was begun."""
        return time.monotonic() - self.since if self.since else 0.0

    @property
    def has_ended(self) -> bool:
        """Whether nothing more is done about it."""
        return self.phase in ENDED or self.phase in {"stopped", "removed"}

    @property
    def line(self) -> str:
        """One line that tells how far it has come."""
        seconds = f"{self.seconds:5.1f} s" if self.seconds else ""
        return f"{self.name:<22}{self.phase:<10}{seconds:>8}  {self.detail or self.reason}".rstrip()

    @property
    def last_words(self) -> list[str]:
        """Lines that tell why it failed, and how its log ends."""
        return [f"{self.name} failed: {self.detail}. Its log ends with:", *(f"  | {line}" for line in self.log)]

    def begin(self, phase: Phase) -> None:
        """Note that it comes to a phase, the first of which begins its time."""
        self.since = self.since or time.monotonic()
        self.phase = phase

    def end(self, phase: Phase, detail: str = "") -> None:
        """Note how it ended."""
        self.phase, self.detail, self.seconds = phase, detail, self.elapsed


def needed_action(record: Process, now: Running | None, done: Process | None) -> Action:
    """Decide what one record of the plan needs."""
    if record.kind == "job":
        return "keep" if done is not None and not _differing(record, done) & OF_JOB else "run"
    if now is None:
        return "start"
    differing = _differing(record, now.record)
    if now.condition != "running" or differing - IN_PLACE:
        return "restart"
    return "update" if differing else "keep"


def _differing(one: Process, other: Process) -> set[str]:
    return {name for name in type(one).model_fields if getattr(one, name) != getattr(other, name)}
