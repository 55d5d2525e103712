"""Manifests as YAML: what any reader of it gets back, and what people see."""

from __future__ import annotations

from typing import Any

import pytest
import yaml as reader_of_1_1
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from scalewright.plan.yaml import text

TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False, width=32) | TEXTS,
    lambda values: st.lists(values, max_size=3) | st.dictionaries(TEXTS, values, max_size=3),
    max_leaves=8,
)


@settings(max_examples=500, derandomize=True, deadline=None)
@given(st.dictionaries(st.sampled_from(["a", "on", "b c", "9"]), VALUES, min_size=1))
def test_whatever_json_can_hold_comes_back_as_it_was(value: dict[str, Any]) -> None:
    assert YAML(typ="safe", pure=True).load(text(value)) == value


@pytest.mark.parametrize(
    "value",
    [
        {"a": [], "b": {}, "c": None, "d": [True, 1, 1.5, "x"]},
        {"a": [[1, 2], [{"b": [3]}], []]},
        {"a": [{"b": {"c": "d"}, "e": ["f"]}]},
        {"a": "one\ntwo\n", "b": "one\n\n  two", "c": ["x\ny\n"]},
        {"a": " one\ntwo", "b": "one\ntwo\n\n", "c": "one \ntwo", "d": "\n", "e": "a\tb\nc\n", "f": "a\r\nb"},
        {"a": '\x07\x7f\x85\u2028\ufeff\U0001f600"\\'},
    ],
)
def test_readers_of_both_versions_see_the_same(value: dict[str, Any]) -> None:
    written = text(value)
    assert YAML(typ="safe", pure=True).load(written) == value
    assert reader_of_1_1.safe_load(written) == value


def test_it_looks_as_people_write_it() -> None:
    value = {"kind": "X", "on": "yes", "list": [{"name": "a", "size": "1Gi"}, "b"], "file": "one\n\ntwo\n", "none": {}}
    assert text(value).splitlines() == [
        "kind: X",
        '"on": "yes"',
        "list:",
        "- name: a",
        '  size: "1Gi"',
        "- b",
        "file: |",
        "  one",
        "",
        "  two",
        "none: {}",
    ]
