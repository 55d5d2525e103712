"""Manifests of anybody: what is read, on which line it stands, and what is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

from scalewright.plan.policy.manifests import Manifests, read

POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: api}\n"


def one(text: str) -> dict[str, Any]:
    """Return the only object of a text that nothing is wrong with."""
    found = read(text, "file.yaml")
    assert [str(each) for each in found.mistakes] == []
    [subject] = found.subjects
    return subject.manifest


def refused(text: str) -> list[str]:
    found = read(text, "file.yaml")
    assert found.subjects == []
    return [str(each) for each in found.mistakes]


def test_json_is_read_as_programs_write_it_with_characters_in_two_halves() -> None:
    said = {"apiVersion": "v1", "kind": "ConfigMap", "data": {"a": "\U0001f600 \\ud83d\\ude00 \u00e9\\"}}
    text = json.dumps(said)
    assert "\\ud83d\\ude00 \\\\ud83d" in text
    assert one(text) == said
    assert refused(text.replace("\\ude00", "", 1))


def names(found: Manifests) -> list[str]:
    return [each.name for each in found.subjects]


def test_all_documents_of_a_file_are_read_and_empty_ones_are_nothing() -> None:
    found = read(f"# a chart\n---\n{POD}---\n---\n# nothing\n---\n{POD.replace('api}', 'web}')}", "file.yaml")
    assert names(found) == ["api", "web"]
    assert [each.source and each.source.line for each in found.subjects] == [3, 10]
    assert found.mistakes == []


def test_the_objects_of_lists_are_read_and_those_of_a_list_of_one_kind_need_not_say_it() -> None:
    pods = "apiVersion: v1\nkind: PodList\nitems:\n- metadata: {name: a}\n- metadata:\n    name: b\n"
    found = read(
        f"{pods}---\napiVersion: v1\nkind: List\nitems:\n- {{apiVersion: v1, kind: Pod, metadata: {{name: c}}}}\n", "f"
    )
    assert names(found) == ["a", "b", "c"]
    assert {each.kind for each in found.subjects} == {"Pod"}
    assert [each.source and each.source.line for each in found.subjects] == [4, 5, 11]
    second = found.subjects[1].source
    assert second
    assert second.at("metadata.name") == 6


def test_a_property_is_found_on_its_line_and_one_that_is_missing_on_that_of_what_lacks_it() -> None:
    text = f"---\n{POD}spec:\n  containers:\n  - name: a\n  - name: b\n    securityContext:\n      privileged: true\n"
    [subject] = read(text, "file.yaml").subjects
    source = subject.source
    assert source
    assert source.at("spec.containers[1].securityContext.privileged") == 10
    assert source.at("spec.containers[0].securityContext.privileged") == 7
    assert source.at('metadata.labels["a.b/c"]') == 4
    assert source.at("status.phase") == 2


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("22:22", "22:22"),
        ("2026-11-25", "2026-11-25"),
        ("0644", 0o644),
        ("1_000", 1000),
        ("0x1F", 31),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("yes", True),
        ("off", False),
        ("~", None),
        ("", None),
        ("'1'", "1"),
        ("!!str 1", "1"),
        ("08", 8.0),
        ("1.2.3", "1.2.3"),
        ("-", "-"),
        ("9" * 5000, "9" * 5000),
    ],
)
def test_a_scalar_is_what_kubectl_takes_it_for(text: str, value: Any) -> None:
    if text == "-":
        text = "'-'"
    assert one(f"{POD}data: {text}\n")["data"] == value


def test_anchors_and_merged_mappings_are_followed_and_what_is_written_out_goes_before() -> None:
    found = one(f"{POD}a: &a {{x: 1, y: 2}}\nb: {{<<: *a, y: 3}}\nc: {{<<: [{{x: 9}}, *a]}}\nd: *a\n")
    assert (found["b"], found["c"], found["d"]) == ({"x": 1, "y": 3}, {"x": 9, "y": 2}, {"x": 1, "y": 2})


def test_json_is_yaml_too() -> None:
    assert one(json.dumps({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "ü"}}, indent="\t"))["kind"] == "Pod"


def test_a_key_that_appears_twice_is_told_with_both_lines() -> None:
    assert refused(f"{POD}spec: {{}}\nkind: Job\nspec: 1\n") == [
        "file.yaml:5:1: the key 'kind' must appear only once, and is already in line 2. Keep one of the two.",
        "file.yaml:6:1: the key 'spec' must appear only once, and is already in line 4. Keep one of the two.",
    ]


def test_aliases_of_aliases_are_counted_as_all_that_they_stand_for_and_refused_at_once() -> None:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x, x]"]
    lines += [
        f"{name}: &{name} [{', '.join([f'*{above}'] * 10)}]" for above, name in zip("abcdefgh", "bcdefghi", strict=True)
    ]
    [told] = refused("\n".join(lines))
    assert "at most 1,000,000 values, an alias counted as all that it stands for" in told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[" * 100_000, "values must not hold one another more than 200 deep"),
        ("- " * 100_000, "values must not hold one another more than 200 deep"),
        ("a: &a [*a]", "the alias *a must stand for something that ends before it"),
        ("a: *b", "the alias *b must stand for something that ends before it"),
        ("? [a]\n: b", "a key must be text"),
        ("a: !!python/object:os.system x", "the tag tag:yaml.org,2002:python/object:os.system must not be used"),
        ("a: {<<: 1}", "what is merged must be a mapping"),
        ("a: ]", "the YAML cannot be read: while parsing a block node"),
        ("a: \x01", "the YAML cannot be read: the character 0x1 must not be in YAML"),
        ("just words", "must be an object of Kubernetes, with apiVersion and kind, and this is a single value"),
        ("- a\n- b", "must be an object of Kubernetes, with apiVersion and kind, and this is a list"),
        ("kind: Pod", "a document must be an object of Kubernetes, with apiVersion and kind"),
        ("apiVersion: v1\nkind: [Pod]", "a document must be an object of Kubernetes, with apiVersion and kind"),
    ],
)
def test_what_is_no_manifest_is_refused_with_its_line(text: str, told: str) -> None:
    [found] = refused(text)
    assert found.startswith("file.yaml:1")
    assert told in found


@pytest.mark.parametrize(
    "text", ["kind: Pod\nmetadata:\n  name: {{ .Release.Name }}", "{{- if .Values.on }}\nkind: Pod\n"]
)
def test_a_chart_is_told_to_be_rendered_first(text: str) -> None:
    [found] = refused(text)
    assert "helm template CHART | scalewright check --manifests -" in found


def test_all_that_is_wrong_is_told_and_the_rest_is_read() -> None:
    found = read(f"a: 1\na: 2\n---\n{POD}---\nkind: Pod\n---\nb: [\n", "file.yaml")
    assert names(found) == ["api"]
    assert [each.line for each in found.mistakes] == [2, 8, 11]
