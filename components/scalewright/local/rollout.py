"""Apply a plan to what runs: touch only what differs, in the order of dependencies, each step gated by health."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from scalewright.local import gateway
from scalewright.local.rolling import DRAIN, Rolling
from scalewright.local.step import BROKEN, ENDED, SETTLED, Step
from scalewright.local.stopping import stop_in_order

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from scalewright.local.control import Control
    from scalewright.plan.records import Process

TICK = 0.03


class Rollout:
    """The steps from what runs to a plan.

    `removals` end processes that are no longer wanted; `surges` are stand-ins by noun, for services whose replicas
    are replaced while requests go on.
    """

    def __init__(
        self, control: Control, steps: Sequence[Step], removals: Sequence[Step], surges: Mapping[str, Process]
    ) -> None:
        self._control = control
        self.steps = {step.name: step for step in steps}
        self.removals = removals
        self._before = dict(control.adopted)
        self._rollings = [
            Rolling(control, surge, rolled, self._before)
            for noun, surge in surges.items()
            if (rolled := self._rolled(noun))
        ]

    @property
    def all_steps(self) -> list[Step]:
        """Every step: stand-ins before those they stand in for, removals last."""
        stand_ins = [rolling.surge for rolling in self._rollings if rolling.surge.phase != "waiting"]
        return [*stand_ins, *self.steps.values(), *self.removals]

    @property
    def failed(self) -> list[Step]:
        """The steps that did not end well."""
        return [step for step in self.all_steps if step.phase in BROKEN]

    def run(self, report: Callable[[list[Step]], None], interrupt: Callable[[], bool]) -> bool:
        """Take every step; `report` is called again and again with all of them.

        Returns whether the rollout came to its end: false if `interrupt` said to stop.
        """
        rolled = {step.name for rolling in self._rollings for step in rolling.steps}
        while not self._has_ended:
            if interrupt():
                return False
            for step in self.steps.values():
                if step.name not in rolled:
                    self._advance(step)
            for rolling in self._rollings:
                self._advance_rolling(rolling)
            report(self.all_steps)
            time.sleep(TICK)
        self._remove(lambda: report(self.all_steps))
        report(self.all_steps)
        return True

    def undo(self, report: Callable[[list[Step]], None]) -> tuple[list[str], list[str]]:
        """Stop what this rollout started and put back what it replaced; returns the names of both."""
        restored: list[str] = []
        for rolling in self._rollings:
            for steps in rolling.undo():
                report(steps)
                time.sleep(TICK)
            restored += [step.name for step in steps]
        begun = [
            step
            for step in self.steps.values()
            if step.touches and step.phase not in {"waiting", "skipped"} and step.name not in restored
        ]
        for step in begun:
            if step.job is not None and step.job.poll() is None:
                step.job.terminate()
                step.job.wait()
        self._rewrite_before([step for step in begun if step.action == "update"])
        started = [step.name for step in begun if step.action in {"start", "restart"}]
        for name in started:
            self._control.supervisor.stop(name)
        self._control.supervisor.wait_stopped(*started)
        again = [name for name in started if name in self._before]
        for name in again:
            self._control.launch(self._before[name])
        new = [name for name in started if name not in self._before]
        self._control.forget(*new)
        return new, [*restored, *(step.name for step in begun if step.action == "update"), *again]

    def _rewrite_before(self, steps: Sequence[Step]) -> None:
        for step in steps:
            self._control.rewrite(self._before[step.name])
        if steps:
            time.sleep(DRAIN)

    @property
    def _has_ended(self) -> bool:
        return all(step.phase in ENDED for step in self.steps.values()) and self._no_rolling

    @property
    def _no_rolling(self) -> bool:
        return all(rolling.ended for rolling in self._rollings)

    def _rolled(self, noun: str) -> list[Step]:
        """Return the steps of replicas that answer requests now and have to be replaced."""
        router = self._before.get(gateway.NAME)
        if router is None or not self._control.runs(gateway.NAME):
            return []
        serving = gateway.ports_of(router, noun.partition(".")[2])
        return [
            step
            for step in self.steps.values()
            if step.action == "restart" and step.record.noun == noun and step.record.port in serving and step.replaces
        ]

    def _advance(self, step: Step) -> None:
        match step.phase:
            case "waiting":
                self._begin(step)
            case "stopping":
                if not self._control.runs(step.name):
                    self._start(step)
            case "starting":
                self._control.poll(step)
            case _:
                pass

    def _advance_rolling(self, rolling: Rolling) -> None:
        if rolling.surge.phase == "waiting" and not rolling.ended:
            if broken := self._broken_needs(rolling.surge):
                rolling.skip(f"needs {', '.join(broken)}")
            elif self._waits(rolling.surge):
                return
        rolling.advance()

    def _needs(self, step: Step) -> list[Step]:
        """Return the steps that must be settled before this one; what is no step runs already."""
        return [self.steps[name] for name in step.record.depends_on if name in self.steps]

    def _broken_needs(self, step: Step) -> list[str]:
        return [need.name for need in self._needs(step) if need.phase in BROKEN]

    def _waits(self, step: Step) -> bool:
        return any(need.phase not in SETTLED for need in self._needs(step))

    def _begin(self, step: Step) -> None:
        if broken := self._broken_needs(step):
            step.end("skipped", f"needs {', '.join(broken)}")
            return
        if self._waits(step) or self._waits_for_siblings(step):
            return
        if step.name == gateway.NAME and not self._no_rolling:  # its routes change meanwhile
            return
        match step.action:
            case "restart":
                self._stop(step)
            case "start" if self._control.runs(step.name):  # its record was lost
                self._stop(step)
            case "start":
                self._start(step)
            case "run":
                step.begin("starting")
                self._control.run_job(step)
            case "update":
                step.begin("starting")
                self._control.rewrite(step.record)
            case _ if step.record.kind == "job":
                step.begin("done")
            case _:
                step.begin("starting")
        self._advance(step)

    def _waits_for_siblings(self, step: Step) -> bool:
        """Restart the replicas of a part one after the other, and none after one that failed: one is always there."""
        if step.action != "restart":
            return False
        siblings = [
            other
            for other in self.steps.values()
            if other.record.noun == step.record.noun and other.action == "restart" and other is not step
        ]
        if failed := [other.name for other in siblings if other.phase == "failed"]:
            step.end("skipped", f"{failed[0]} failed, so this was left as it is")
        return any(other.phase in {"stopping", "starting", "failed"} for other in siblings)

    def _stop(self, step: Step) -> None:
        step.begin("stopping")
        self._control.supervisor.stop(step.name)

    def _start(self, step: Step) -> None:
        step.begin("starting")
        self._control.launch(step.record)

    def _remove(self, report: Callable[[], None]) -> None:
        if not self.removals:
            return
        if self.failed:  # what could not be replaced may still need them
            for step in self.removals:
                step.end("skipped", "kept until the rest is healthy")
            return
        if any(step.action == "update" for step in self.steps.values()):
            time.sleep(DRAIN)
        stop_in_order(self._control.supervisor, self.removals, as_phase="removed", report=report)
        self._control.forget(*(step.name for step in self.removals))
