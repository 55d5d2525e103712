"""How high a target of utilization may be."""

from __future__ import annotations

from hypothesis import given, seed
from hypothesis import strategies as st

from scalewright.autoscaling.headroom import LOOKS, RESOLUTION, TOLERANCE, highest_target


def test_the_target_falls_as_load_grows_faster_and_as_pods_start_more_slowly() -> None:
    assert highest_target(growth=0, start=0) == 90  # what the tolerance leaves
    assert highest_target(growth=20, start=120) == 60
    assert highest_target(growth=50, start=120) == 40
    assert highest_target(growth=20, start=600) < 30


@seed(7)
@given(st.floats(0, 500), st.floats(0, 900))
def test_pods_at_the_target_are_within_their_requests_until_new_ones_serve(growth: float, start: float) -> None:
    """Load that grows meanwhile, from where the autoscaler begins to act."""
    target = highest_target(growth=growth, start=start)
    seconds = LOOKS + RESOLUTION + start
    assert target * (1 + TOLERANCE) * (1 + growth / 100 * seconds / 60) <= 100 + 1e-6
    assert (target + 1) * (1 + TOLERANCE) * (1 + growth / 100 * seconds / 60) > 100 - 1e-6
