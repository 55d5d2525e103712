"""A figure, and what it is held against."""

from __future__ import annotations

import statistics
from dataclasses import dataclass

#: How a value of each unit is written.
FORMS = {
    "s": "{:.2f} s",
    "ms": "{:.2f} ms",
    "MB": "{:.1f} MB",
    "%": "{:.2f} %",
    "/s": "{:,.0f} /s",
    "x": "{:.2f} x",
    "": "{:,.0f}",
}


@dataclass(frozen=True)
class Limit:
    """What a value must not exceed, or with `least` must reach."""

    bound: float
    least: bool = False

    def allows(self, value: float) -> bool:
        """Whether a value is within the limit."""
        return value >= self.bound if self.least else value <= self.bound


@dataclass(frozen=True)
class Figure:
    """Values of several rounds in one unit of `FORMS`; MB are 10^6 bytes.

    The median must be within `limit`. One without a limit stands beside its `peer`, a figure of the same run, or is
    itself a peer.
    """

    name: str
    values: tuple[float, ...]
    unit: str = "s"
    limit: Limit | None = None
    peer: Figure | None = None
    detail: str = ""

    @property
    def median(self) -> float:
        """The median of the rounds."""
        return statistics.median(self.values)

    @property
    def kept(self) -> bool:
        """Whether the median is within its limit, if there is one."""
        return self.limit is None or self.limit.allows(self.median)

    @property
    def measured(self) -> str:
        """The median, and the range where there were several rounds."""
        text = written(self.median, self.unit)
        least, most = min(self.values), max(self.values)
        return text if least == most else f"{text} ({written(least, self.unit)} to {written(most, self.unit)})"

    @property
    def against(self) -> str:
        """What the figure is held against, in words."""
        words = []
        if self.limit:
            words.append(f"at {'least' if self.limit.least else 'most'} {written(self.limit.bound, self.unit)}")
        if self.peer:
            share = f"{self.median / self.peer.median:.2f} x" if self.peer.median else "beside"
            words.append(f"{share} {self.peer.name} ({written(self.peer.median, self.peer.unit)})")
        return ", ".join(words)


def written(value: float, unit: str) -> str:
    """Write a value with its unit."""
    return FORMS[unit].format(value)
