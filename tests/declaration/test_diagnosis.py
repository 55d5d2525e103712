"""The diagnosis of a declaration agrees with its models, whatever it is given."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from scalewright.declaration import Backend, load, stack_schema
from scalewright.declaration.diagnosis import diagnose
from scalewright.declaration.nulls import misnamed
from scalewright.declaration.overlay import merge

WHOLE = load(Path(__file__).parents[2], "prod").model_dump(mode="json")
SCHEMA = Draft202012Validator(stack_schema())


def places(data: Any, above: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Every setting of a declaration, and beside each part a setting that it does not have."""
    if not isinstance(data, dict):
        return []
    below = [place for name, value in data.items() for place in [(*above, name), *places(value, (*above, name))]]
    return [*below, (*above, "unheard-of")]


def changed(place: tuple[str, ...], value: Any) -> dict[str, Any]:
    for name in reversed(place):
        value = {name: value}
    return value


settings_of = places(WHOLE)
WORDS = ["", "x", "30s", "-1s", "1Gi", "500m", "orders", "/orders", "a.b:c", "a.b", "../x", "redis", "\ud800"]
ITEMS = ["orders", "postgres", "/orders", 3, None, {"type": "cpu"}, {"type": "cpu", "utilization": 5}]
NAMES = ["orders", "My_Name", "postgres", "a", "app", "type"]
junk = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 70_000),
    st.floats(),
    st.sampled_from(WORDS),
    st.lists(st.sampled_from(ITEMS)),
    st.dictionaries(st.sampled_from(NAMES), st.sampled_from([None, 1, "x", {}])),
)
changes = st.lists(st.builds(changed, st.sampled_from(settings_of), junk), min_size=1, max_size=4)


def overlaid(pieces: list[dict[str, Any]]) -> dict[str, Any]:
    overlay: dict[str, Any] = {}
    for piece in pieces:
        overlay = combined(overlay, piece)
    return overlay


def combined(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """Like a merge, but null stays, as it would stand in a file."""
    both = dict(one)
    for name, value in other.items():
        inner = both.get(name)
        both[name] = combined(inner, value) if isinstance(inner, dict) and isinstance(value, dict) else value
    return both


@settings(max_examples=400)
@given(changes)
def test_there_are_problems_exactly_where_the_models_refuse(pieces: list[dict[str, Any]]) -> None:
    merged = merge(WHOLE, overlaid(pieces))
    before = deepcopy(merged)
    problems = diagnose(merged)
    assert repr(merged) == repr(before)
    try:
        Backend.model_validate(merged)
    except ValidationError:
        assert problems
    else:
        assert not problems
    assert not [each for each in problems if "it was refused" in each.bound]
    assert len({(each.path, each.bound) for each in problems}) == len(problems)


@settings(max_examples=400)
@given(changes)
def test_the_schema_refuses_nothing_that_the_models_accept(pieces: list[dict[str, Any]]) -> None:
    overlay = overlaid(pieces)
    if not diagnose(merge(WHOLE, overlay)) and not list(misnamed(WHOLE, overlay)):
        refused = [error.message for error in SCHEMA.iter_errors({"config": {"scalewright:backend": overlay}})]
        assert refused == []


def test_each_of_many_mistakes_is_found_though_they_lie_at_different_depths() -> None:
    orders = {"scale": {"min": 11, "metrics": [{"type": "cpu"}]}, "uses": ["postgres", "redis", "object_store"]}
    changes = {
        "nam": "x",
        "postgres": {"parameters": {"port": 1}, "pooler": {"pool_size": 300, "instance": 1}},
        "services": {"orders": orders},
        "workers": {"orders": {"queues": ["lost"]}},
    }
    broken = merge(WHOLE, changes)
    assert {each.path for each in diagnose(broken)} == {
        ("nam",),
        ("postgres", "parameters", "port"),
        ("postgres", "pooler", "instance"),
        ("postgres", "pooler", "pool_size"),
        ("services", "orders", "scale", "min"),
        ("services", "orders", "scale", "metrics", 0, "utilization"),
        ("services", "orders", "uses", 2),
        ("services", "orders", "sends", 0),
        ("workers", "orders", "queues", 0),
    }
