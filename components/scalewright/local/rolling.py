"""Replace the replicas of a service one by one with no failed request: one more first, each drained before its end."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from scalewright.local import gateway, health
from scalewright.local.control import PATIENCE
from scalewright.local.step import ENDED, Step

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from scalewright.local.control import Control
    from scalewright.plan.records import Process

    #: Work that is done in small pieces; what it returns in the end.
    Work = Iterator[None]

#: Traefik has stopped sending requests to a replica this long after its routes were rewritten.
DRAIN = 1.0


class Rolling:
    """The replacement of some replicas of one service; `surge` is the one more that stands in for each in turn."""

    def __init__(self, control: Control, surge: Process, steps: Sequence[Step], before: Mapping[str, Process]) -> None:
        self._control = control
        self.surge = Step(surge, "start")
        self.steps = steps
        self._before = before
        self._service = surge.noun.partition(".")[2]
        self._serving = gateway.ports_of(control.adopted[gateway.NAME], self._service)
        self._work = self._run()
        self.ended = False

    def advance(self) -> None:
        """Do as much as can be done without waiting."""
        self.ended = self.ended or next(self._work, self) is self

    def skip(self, why: str) -> None:
        """Leave every replica as it is."""
        for step in self.steps:
            step.end("skipped", why)
        self.ended = True

    def undo(self) -> Iterator[list[Step]]:
        """Put back what was replaced, in the same careful way; yields the steps of that while it waits."""
        replaced = [step.name for step in self.steps if step.phase not in {"waiting", "skipped"}]
        steps = [Step(self._before[name], "restart") for name in replaced]
        for step in steps:
            for _ in self._replace(step):
                yield steps
        for _ in self._finish():
            yield steps
        yield steps

    def _run(self) -> Work:
        yield from self._start(self.surge)
        for step in self.steps:
            if broken := [one.name for one in (self.surge, *self.steps) if one.phase == "failed"]:
                step.end("skipped", f"{broken[0]} failed, so this was left as it is")
            else:
                yield from self._replace(step)
        yield from self._finish()

    def _replace(self, step: Step) -> Work:
        step.begin("stopping")
        stand_in = [self.surge.record.port] if self.surge.phase == "healthy" else []
        yield from self._send_to([*(port for port in self._serving if port != step.record.port), *stand_in])
        self._control.supervisor.stop(step.name)
        yield from _until(lambda: not self._control.runs(step.name))
        yield from self._start(step)

    def _start(self, step: Step) -> Work:
        step.begin("starting")
        self._control.launch(step.record)
        while step.phase not in ENDED:
            yield
            self._control.poll(step)

    def _finish(self) -> Work:
        """Send requests to the replicas as before and end the stand-in."""
        if self.surge.phase == "waiting":
            return
        yield from self._send_to(self._serving)
        self._control.supervisor.stop(self.surge.name)
        yield from _until(lambda: not self._control.runs(self.surge.name))
        self._control.forget(self.surge.name)
        if self.surge.phase != "failed":
            (self._control.state / f"logs/{self.surge.name}.log").unlink(missing_ok=True)
            self.surge.end("removed")

    def _send_to(self, ports: Sequence[int | None]) -> Work:
        """Have the gateway send requests to these alone, and wait until those to others are answered."""
        now = self._control.adopted[gateway.NAME]
        record = gateway.sending_to(now, self._service, [port for port in ports if port is not None])
        if record == now:
            return
        self._control.rewrite(record)
        yield from _until(lambda: health.is_healthy(record.health, self._control.state))
        drained = time.monotonic() + DRAIN
        yield from _until(lambda: time.monotonic() >= drained)


def _until(condition: Callable[[], bool]) -> Work:
    """Wait for a condition; a gateway that hangs must not hold everything up for ever."""
    deadline = time.monotonic() + PATIENCE
    while not condition() and time.monotonic() < deadline:
        yield
