"""What is measured, and what is promised."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from scalewright.declaration.duration import Duration
from scalewright.declaration.model import Model
from scalewright.declaration.within import Within


class Observability(Model):
    """Metrics and the service level objectives that alerts are made from."""

    metrics: bool = True
    """Whether the parts are scraped."""
    availability: float | None = Field(default=None, gt=50, lt=100, allow_inf_nan=False)
    """Objective: percentage of requests that do not fail, for example 99.9. 100 leaves no error budget."""
    latency: Annotated[Duration, Within(Duration("1ms"))] | None = None
    """Objective: how long the slowest hundredth of requests may take."""
