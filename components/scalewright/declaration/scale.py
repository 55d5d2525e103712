"""How many replicas there may be, and what decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from scalewright.declaration.metric import Metric, Schedule
from scalewright.declaration.model import Model
from scalewright.declaration.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator


class Scale(Model):
    """Bounds of the number of replicas, and the metrics that move it between them."""

    min: int = Field(default=1, ge=0, le=1000)
    """Fewest replicas. 0 is for workers that a backlog or a schedule wakes."""
    max: int = Field(default=1, ge=1, le=1000)
    """Most replicas."""
    metrics: list[Metric] = Field(default_factory=list)
    """What the number follows; of several, the one that asks for most. None: it stays where it was put."""

    def contradictions(self) -> Iterator[Problem]:
        """Check the bounds against each other and the metrics against the bounds."""
        if self.min > self.max:
            yield Problem(
                ("min",), self.min, f"it must be at most max ({self.max})", "Lower min or raise max", reads=(("max",),)
            )
        seen: set[str] = set()
        for index, metric in enumerate(self.metrics):
            if isinstance(metric, Schedule):
                yield from self._outside(index, metric)
            elif metric.type in seen:
                yield Problem(
                    ("metrics", index), metric.type, "it must appear only once", "Keep one metric of each type"
                )
            seen.add(metric.type)

    def _outside(self, index: int, schedule: Schedule) -> Iterator[Problem]:
        if not self.min <= schedule.replicas <= self.max:
            yield Problem(
                ("metrics", index, "replicas"),
                schedule.replicas,
                f"it must be within min ({self.min}) and max ({self.max})",
                "Change replicas or the bounds",
                reads=(("min",), ("max",)),
            )
