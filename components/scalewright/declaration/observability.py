"""What is measured, and what is promised."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from scalewright.declaration.duration import Duration
from scalewright.declaration.model import Model
from scalewright.declaration.problem import Problem
from scalewright.declaration.within import Within

if TYPE_CHECKING:
    from collections.abc import Iterator


class Observability(Model):
    """Metrics and the service level objectives that alerts are made from."""

    metrics: bool = True
    """Whether the parts are scraped."""
    availability: float | None = Field(default=None, gt=50, lt=100, allow_inf_nan=False)
    """Objective: percentage of requests that do not fail, for example 99.9. 100 leaves no error budget."""
    latency: Annotated[Duration, Within(Duration("1ms"))] | None = None
    """Objective: how long the slowest hundredth of requests may take."""

    def contradictions(self) -> Iterator[Problem]:
        """What is not measured cannot be promised."""
        promised = [name for name in ("availability", "latency") if getattr(self, name) is not None]
        if promised and not self.metrics:
            bound = f"it must be true where {' and '.join(promised)} is promised, because nothing else would tell"
            remedy = f"Take metrics out, or {' and '.join(promised)}"
            yield Problem(("metrics",), False, bound, remedy, reads=tuple((name,) for name in promised))
