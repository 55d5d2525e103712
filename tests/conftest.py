"""What holds for every test."""

from hypothesis import HealthCheck, settings

# The same examples in every run, nothing left behind, and no verdict that a busy machine could change.
settings.register_profile(
    "fixed", derandomize=True, database=None, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("fixed")
