"""Stop processes in reverse order: each once nothing that depends on it runs any more."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from scalewright.local.supervisor import Supervisor, is_running

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from scalewright.local.step import Phase, Step

TICK = 0.02


def stop_in_order(
    supervisor: Supervisor, steps: Sequence[Step], *, as_phase: Phase, report: Callable[[], None]
) -> None:
    """Stop the process of every step; the supervisor kills one that takes longer than it may."""
    while waiting := [step for step in steps if step.phase != as_phase]:
        alive = {name for name, info in supervisor.processes().items() if is_running(info)}
        for step in waiting:
            if step.phase == "stopping" and step.name not in alive:
                step.end(as_phase)
        for step in waiting:
            needed = any(step.name in other.record.depends_on and other.phase != as_phase for other in steps)
            if step.phase == "waiting" and not needed:
                step.begin("stopping")
                supervisor.stop(step.name)
        report()
        time.sleep(TICK)
