"""Does something grow? Least squares through samples over time."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    #: How much work was done until then, and the size that was seen.
    Sample = tuple[float, float]


def growth(samples: Sequence[Sample]) -> float:
    """Return by how much the fitted line rises over the second half of the work; the first half may still warm up.

    Raises ValueError for fewer than three samples there, which say nothing about a trend.
    """
    halfway = (samples[0][0] + samples[-1][0]) / 2 if samples else 0.0
    second = [sample for sample in samples if sample[0] >= halfway]
    if len(second) < 3:
        raise ValueError(f"{len(second)} samples in the second half say nothing about a trend: at least 3 are needed")
    work, sizes = zip(*second, strict=True)
    return float(statistics.linear_regression(work, sizes).slope) * float(work[-1] - work[0])
