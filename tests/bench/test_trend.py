"""Whether something grows."""

import random

import pytest
from bench.trend import growth


def test_what_stays_as_it_is_does_not_grow() -> None:
    assert growth([(work, 70.0) for work in range(10)]) == pytest.approx(0)


def test_steady_growth_is_that_of_the_second_half() -> None:
    assert growth([(work, 70.0 + work / 10) for work in range(0, 101, 10)]) == pytest.approx(5.0)


def test_warming_up_in_the_first_half_does_not_count() -> None:
    warming = [(0, 50.0), (10, 60.0), (20, 68.0), (30, 70.0), (40, 70.0), (50, 70.0), (60, 70.0)]
    assert growth(warming) == pytest.approx(0)


def test_noise_around_a_level_is_no_growth() -> None:
    chance = random.Random(1)  # noqa: S311 - chance, not a secret
    samples = [(work, 70.0 + chance.uniform(-0.5, 0.5)) for work in range(200)]
    assert abs(growth(samples)) < 0.3


def test_the_halves_are_of_the_work_and_not_of_the_samples() -> None:
    early = [(work / 10, 100.0 - work) for work in range(10)]
    late = [(50, 10.0), (75, 10.0), (100, 10.0)]
    assert growth([*early, *late]) == pytest.approx(0)


@pytest.mark.parametrize("samples", [[], [(1, 1.0)], [(0, 1.0), (9, 1.0), (10, 1.0)]])
def test_too_few_samples_say_nothing(samples: list[tuple[float, float]]) -> None:
    with pytest.raises(ValueError, match="at least 3 are needed"):
        growth(samples)
