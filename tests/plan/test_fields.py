"""What differs of two values, and how the place is called."""

from __future__ import annotations

from typing import Any

import pytest

from scalewright.plan.fields import fields, general, within


def told(before: Any, after: Any) -> dict[str, tuple[Any, Any]]:
    found = list(fields(before, after))
    assert len({one.path for one in found}) == len(found)
    return {one.path: (one.before, one.after) for one in found}


def container(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, **more}


def test_what_is_equal_differs_in_nothing() -> None:
    value = {"a": [{"name": "x", "b": [1, 2]}], "c": None}
    assert told(value, dict(value)) == {}


def test_properties_are_told_by_their_path_in_one_order_whatever_that_of_the_maps() -> None:
    assert list(told({"b": 1, "a": {"c": 2}}, {"a": {"c": 3}, "b": 2})) == ["a.c", "b"]


def test_what_is_only_on_one_side_is_none_on_the_other() -> None:
    assert told({"a": 1}, {"b": {"c": 2}}) == {"a": (1, None), "b": (None, {"c": 2})}


def test_a_key_that_is_no_plain_name_is_quoted_as_pulumi_does() -> None:
    assert told({"labels": {"a.io/b": "x"}}, {"labels": {"a.io/b": "y"}}) == {'labels["a.io/b"]': ("x", "y")}


def test_one_more_item_at_the_beginning_is_one_more_and_changes_no_other() -> None:
    old = {"containers": [container("web", image="a")]}
    new = {"containers": [container("proxy", image="p"), container("web", image="a")]}
    assert told(old, new) == {"containers[proxy]": (None, container("proxy", image="p"))}


def test_an_item_is_known_by_its_name_within_another() -> None:
    def pod(value: str) -> dict[str, Any]:
        variable = {"name": "SIZE", "value": value}
        return {"containers": [container("web", env=[{"name": "A", "value": "1"}, variable])]}

    assert told(pod("5"), pod("8")) == {"containers[web].env[SIZE].value": ("5", "8")}


@pytest.mark.parametrize(
    ("key", "one", "other"), [("mountPath", "/a", "/b"), ("containerPort", 80, 81), ("port", 80, 443)]
)
def test_items_without_a_name_are_known_by_what_no_two_share(key: str, one: Any, other: Any) -> None:
    old, new = [{key: one, "x": 1}, {key: other, "x": 1}], [{key: one, "x": 1}, {key: other, "x": 2}]
    assert told({"l": old}, {"l": new}) == {f"l[{other}].x": (1, 2)}


def test_items_of_which_two_share_a_name_are_not_known_by_it() -> None:
    old = [{"name": "a", "x": 1}, {"name": "a", "x": 2}]
    assert told({"l": old}, {"l": [*old, {"name": "b", "x": 3}]}) == {"l[2]": (None, {"name": "b", "x": 3})}


def test_a_new_rule_among_nameless_ones_is_that_rule_alone() -> None:
    rules = [{"from": [{"a": index}]} for index in range(3)]
    assert told({"r": rules}, {"r": [{"from": []}, *rules]}) == {"r[0]": (None, {"from": []})}
    assert told({"r": rules}, {"r": rules[1:]}) == {"r[0]": (rules[0], None)}


def test_a_nameless_item_that_changes_is_told_by_its_properties() -> None:
    assert told({"r": [{"x": {"y": 1}}, {"x": 2}]}, {"r": [{"x": {"y": 3}}, {"x": 2}]}) == {"r[0].x.y": (1, 3)}


def test_the_same_items_in_another_order_are_told_once() -> None:
    old, new = [container("a"), container("b")], [container("b"), container("a")]
    assert told({"c": old}, {"c": new}) == {"c": (["a", "b"], ["b", "a"])}
    nameless = [{"x": [1]}, {"x": [2]}]
    assert told({"c": nameless}, {"c": nameless[::-1]}) == {"c": (nameless, nameless[::-1])}


def test_a_list_of_plain_values_is_told_as_it_is() -> None:
    assert told({"args": ["a", "b"]}, {"args": ["a"]}) == {"args": (["a", "b"], ["a"])}


def test_of_a_text_of_many_lines_only_those_that_differ_are_told() -> None:
    old = "\n".join(str(number) for number in range(100))
    assert told({"data": old}, {"data": old.replace("\n50\n", "\nfifty\nmore\n")}) == {"data": ("50", "fifty\nmore")}


def test_a_text_in_which_only_blanks_differ_is_told_as_it_is() -> None:
    assert told({"data": "a:\n  b"}, {"data": "a:\nb"}) == {"data": ("a:\n  b", "a:\nb")}


def test_another_type_is_a_difference() -> None:
    assert told({"a": 1}, {"a": "1"}) == {"a": (1, "1")}
    assert told({"a": {"b": 1}}, {"a": [1]}) == {"a": ({"b": 1}, [1])}


def test_a_general_path_says_nothing_of_which_item_or_key() -> None:
    assert general('spec.containers[web].env["a]b"].value') == "spec.containers[].env[].value"


def test_a_path_is_within_itself_and_within_what_is_above_it() -> None:
    assert within("spec.template", "spec.template")
    assert within("spec.template.spec", "spec.template")
    assert within("spec.template[]", "spec.template")
    assert not within("spec.templates", "spec.template")
