"""Manifests: complete, in order, without secrets, and the same for every reader of YAML."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from scalewright.cli.render import OURS
from scalewright.plan.render import REFERENCES, RenderError, manifests, render, text
from scalewright.plan.resources import SECRET, UNKNOWN, Resource


def resource(kind: str, name: str = "one", *, type_: str = "kubernetes:x/v1:X", **fields: Any) -> Resource:
    inputs = {"apiVersion": "v1", "kind": kind, "metadata": {"name": name}, **fields}
    return Resource(urn=f"urn:{kind}:{name}", type=type_, name=name, inputs=inputs)


def test_only_objects_of_the_cluster_become_manifests() -> None:
    password = resource("X", type_="random:index/randomPassword:RandomPassword")
    group = resource("X").model_copy(update={"custom": False})
    assert manifests([password, group, resource("ConfigMap")]) == [resource("ConfigMap").inputs]


@pytest.mark.parametrize("custom", [True, False])
def test_what_makes_objects_that_nobody_knows_yet_is_refused_and_not_left_out(custom: bool) -> None:
    inputs = {"chart": "redis"}
    chart = Resource(urn="urn:c", type="kubernetes:helm.sh/v4:Chart", name="queue", inputs=inputs, custom=custom)
    with pytest.raises(RenderError, match=r"known to their provider alone: queue \(helm\.sh/v4:Chart\)\. Write"):
        manifests([resource("ConfigMap"), chart])


def test_what_others_need_comes_first_whatever_the_order_of_the_plan() -> None:
    kinds = ["Namespace", "NetworkPolicy", "ServiceAccount", "Service", "Unheard", "KafkaTopic", "PodDisruptionBudget"]
    for order in (kinds, kinds[::-1]):
        assert [one["kind"] for one in manifests(map(resource, order))] == kinds
    assert list(render(map(resource, kinds))) == [
        *(f"{number:03}-{kind.lower()}-one.yaml" for number, kind in enumerate(kinds, 1)),
        REFERENCES,
    ]


def test_the_names_of_many_files_have_the_order_of_their_objects() -> None:
    files = list(render(resource("ConfigMap", f"c-{number}") for number in range(1001)))
    assert (files[0], files[1000]) == ("0001-configmap-c-0.yaml", "1001-configmap-c-999.yaml")
    assert files[:-1] == sorted(files[:-1])
    assert all(OURS.fullmatch(name) for name in files)


def test_a_secret_with_a_value_is_left_to_whoever_knows_it() -> None:
    secret = resource("Secret", "password", stringData=SECRET)
    pod = {"containers": [{"env": [{"valueFrom": {"secretKeyRef": {"name": "password", "key": "word"}}}]}]}
    files = render([secret, resource("Deployment", spec={"template": {"spec": pod}})])
    assert list(files) == ["001-deployment-one.yaml", REFERENCES]
    assert "| Secret | password | word |" in files[REFERENCES]


@pytest.mark.parametrize("value", [UNKNOWN, SECRET])
def test_what_only_an_apply_would_tell_is_refused_by_its_place(value: str) -> None:
    spec = {"ports": [{"port": 1}, {"port": value}]}
    with pytest.raises(RenderError, match=r"one: spec\.ports\[1\]\.port"):
        manifests([resource("Service", spec=spec)])


@pytest.mark.parametrize(
    "word", ["on", "No", "y", "null", "~", "1e3", "0o17", "012", "1_000", "12:30", "", " a", "a: b"]
)
def test_a_text_stays_a_text_for_readers_of_yaml_1_1_and_1_2(word: str) -> None:
    written = text({"apiVersion": "v1", "kind": "X", "metadata": {"name": "x"}, "data": {word: word}})
    assert yaml.safe_load(written)["data"] == {word: word}
    assert YAML(typ="safe", pure=True).load(written)["data"] == {word: word}


@settings(max_examples=200, derandomize=True, deadline=None)
@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"], include_characters="\n\t")))
def test_any_text_comes_back_as_it_was(value: str) -> None:
    written = text({"apiVersion": "v1", "kind": "X", "metadata": {"name": "x"}, "value": value})
    assert YAML(typ="safe", pure=True).load(written)["value"] == value
    assert yaml.safe_load(written)["value"] == value


def test_the_order_of_fields_is_the_same_whatever_order_they_came_in() -> None:
    one = {"kind": "X", "spec": {"b": 1, "name": "it", "a": 2}, "apiVersion": "v1", "metadata": {"name": "x"}}
    other = {key: one[key] for key in reversed(one)}
    assert text(one) == text(other)
    lines = text(one).splitlines()
    assert lines == ["apiVersion: v1", "kind: X", "metadata:", "  name: x", "spec:", "  name: it", "  a: 2", "  b: 1"]
