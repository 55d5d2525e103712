"""The components as other languages see them: what Pulumi's analyzer makes of their annotations and docstrings."""

from __future__ import annotations

import inspect
import re
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from scripts.components import REFERENCE, SCHEMA, reference_text, schema_text

from scalewright.evaluation import ProgramError, evaluate
from scalewright.kubernetes.backend import Backend
from scalewright.kubernetes.component import Component
from scalewright.kubernetes.package import COMPONENTS, described

if TYPE_CHECKING:
    from pulumi.provider.experimental.analyzer import AnalyzeResult

FOLDER = Path(import_module("scalewright.kubernetes").__path__[0])


def components() -> list[type[Component]]:
    """Return every component of the library but the whole backend, whose argument is a declaration in Python."""
    modules = [import_module(f"scalewright.kubernetes.{path.stem}") for path in sorted(FOLDER.glob("*.py"))]
    found = {one for module in modules for one in vars(module).values() if isinstance(one, type)}
    return sorted(
        (one for one in found if issubclass(one, Component) and one not in {Component, Backend}),
        key=lambda one: one.__name__,
    )


@pytest.fixture(scope="module")
def schema() -> AnalyzeResult:
    return described()


def test_every_noun_is_a_component_of_the_package(schema: AnalyzeResult) -> None:
    assert sorted(COMPONENTS, key=lambda one: one.__name__) == components()
    assert sorted(schema["component_definitions"]) == [
        *("Addons", "Beat", "Events", "Gateway", "Migrations", "Namespace", "Network", "ObjectStore", "Observability"),
        *("Postgres", "Redis", "Relay", "Secrets", "Service", "Workers"),
    ]


def test_every_argument_and_every_output_has_a_sentence_that_says_what_it_is(schema: AnalyzeResult) -> None:
    said = {}
    for component in schema["component_definitions"].values():
        said[component.name] = component.description
        for name, one in {**component.inputs, **component.outputs}.items():
            said[f"{component.name}.{name}"] = one.description
    for kind in schema["type_definitions"].values():
        said[kind.name] = kind.description
        said |= {f"{kind.name}.{name}": one.description for name, one in kind.properties.items()}
    assert len(said) > 150
    assert said["Service.namespace"] == "The namespace that it lives in."  # which its arguments inherit, twice removed
    assert [name for name, text in said.items() if not (text or "").rstrip().endswith(".")] == []


WRONG: tuple[Any, ...] = (["not one"], {"not a key": object}, -5, {"no key": {"of ours": -1}}, " ")


@pytest.mark.parametrize("component", components(), ids=lambda one: one.__name__)
def test_every_argument_of_a_wrong_type_is_told_in_a_line_of_its_own(component: type[Component]) -> None:
    args: Any = inspect.get_annotations(component.__init__)["args"]
    for key in sorted(args.__required_keys__ | args.__optional_keys__):
        passed = [one for one in WRONG if not tells(component, key, one)]
        assert passed in ([], [["not one"]], [" "]), key  # some are lists of texts, or any text


def tells(component: type[Component], key: str, value: Any) -> bool:
    with pytest.raises(ProgramError) as raised:
        evaluate(lambda: [component("one", {key: value, "unknown": 1}), None][1], "shop", "test")
    lines = str(raised.value).splitlines()
    assert all(line.startswith(f"{component.__name__} 'one': ") for line in lines)
    return any(re.search(rf": {key}\b.* is ", line) and "is missing" not in line for line in lines)


def test_outputs_are_those_that_are_registered(schema: AnalyzeResult) -> None:
    for component in components():
        outputs = schema["component_definitions"][component.__name__].outputs_mapping
        assert list(outputs.values()) == list(component.outputs())


def test_the_schema_and_the_reference_that_are_committed_are_those_of_the_components() -> None:
    assert SCHEMA.read_text() == schema_text(), "run make schema"
    assert REFERENCE.read_text() == reference_text(), "run make schema"


def test_the_schema_is_the_same_whichever_way_docstrings_are_indented(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python 3.13 takes the indentation out of docstrings, and earlier ones leave it."""
    described.cache_clear()
    for component in components():
        monkeypatch.setattr(component, "__doc__", inspect.cleandoc(component.__doc__ or ""))
    try:
        assert schema_text() == SCHEMA.read_text()
    finally:
        described.cache_clear()
