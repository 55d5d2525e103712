"""Anybody's manifests: whatever a property holds, the rules of scaling judge, and none of them fails."""

from __future__ import annotations

import random
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from scalewright.plan.capacity import ledger
from scalewright.plan.policy import Objects, Subject, check
from scalewright.program import plan
from scalewright_policies import RULES

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[3]
SCALING = [rule for rule in RULES if rule.group == "scaling"]
JUNK: list[Any] = [None, "text", [], {}, 3, True, -1, 1.5, [None], {"a": None}, "9" * 18, "10%"]
Place = tuple[int, tuple[Any, ...]]


@cache
def prod() -> Objects:
    return Objects.of_plan(plan(ROOT, "prod"))


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of every property."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in pairs:
        yield (*path, key)
        yield from places(one, (*path, key))


def spoilt(place: Place, junk: Any) -> Objects:
    index, (*above, last) = place
    subjects = list(prod().all)
    manifest = deepcopy(subjects[index].manifest)
    holder: Any = manifest
    for key in above:
        holder = holder[key]
    holder[last] = junk
    subjects[index] = Subject(manifest)
    return Objects(subjects)


@pytest.mark.parametrize("seed", range(4))
def test_no_rule_fails_whatever_a_property_holds(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - chance, not a secret
    found = [(index, path) for index, one in enumerate(prod().all) for path in places(one.manifest)]
    for place in chance.sample(found, 60):
        objects = spoilt(place, chance.choice(JUNK))
        assert check(objects, SCALING).failures == (), place
        assert ledger(objects).budgets
