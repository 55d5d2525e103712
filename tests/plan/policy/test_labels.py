"""What labels select is found by looking it up, and is what comparing one by one would find."""

from __future__ import annotations

import random
from typing import Any

import pytest

from scalewright.plan.policy.labels import Labelled, Selecting, selects

KEYS, VALUES = ("app", "tier", "part"), ("a", "b", "c")
ODD: tuple[Any, ...] = (None, 1, True, 1.5, ["a"], {"a": "b"})


@pytest.fixture
def chance() -> random.Random:
    """Chance that is the same each time."""
    return random.Random(20261125)  # noqa: S311 - the same each time


def labels(chance: random.Random) -> dict[str, Any]:
    """Return some labels, now and then what no API server would take."""
    values = (*VALUES, *VALUES, *VALUES, *ODD)
    return {key: chance.choice(values) for key in chance.sample(KEYS, chance.randint(0, 3))}


def selector(chance: random.Random) -> Any:
    """Return a selector of any form."""
    some = labels(chance)
    requirement = {"key": chance.choice(KEYS), "operator": chance.choice(("In", "NotIn", "Exists", "DoesNotExist"))}
    more = [{**requirement, "values": chance.sample(VALUES, 2)}]
    return chance.choice(
        (some, {"matchLabels": some}, {"matchLabels": some, "matchExpressions": more}, {"matchExpressions": more}, None)
    )


def test_pods_of_a_selector_are_those_that_it_matches_in_their_order(chance: random.Random) -> None:
    """The rarest of its labels narrows what is compared, and nothing else."""
    pods = [(labels(chance), number) for number in range(300)]
    for _ in range(300):
        asked = selector(chance)
        assert list(Labelled(pods).of(asked)) == [number for one, number in pods if selects(asked, one)]


def test_selectors_of_a_pod_are_those_that_match_it_in_their_order(chance: random.Random) -> None:
    """Selectors that name no label, or one that cannot be looked up, are among them."""
    selectors = [(selector(chance), number) for number in range(300)]
    index = Selecting(selectors)
    for _ in range(300):
        pod = labels(chance)
        assert list(index.of(pod)) == [number for one, number in selectors if selects(one, pod)]
