"""The components as other languages see them: what Pulumi's analyzer makes of their annotations and docstrings."""

from __future__ import annotations

import ast
import inspect
import re
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pulumi.provider.experimental.analyzer import Analyzer, AnalyzeResult

from scalewright.evaluation import ProgramError, evaluate
from scalewright.kubernetes.backend import Backend
from scalewright.kubernetes.component import PACKAGE, Component

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = Path(import_module("scalewright.kubernetes").__path__[0])


class Reader(Analyzer):
    """Finds the docstrings of inherited keys too, which are in the source of the classes that a TypedDict forgets."""

    def get_docstring(self, typ: type, name: str) -> str | None:
        found = super().get_docstring(typ, name)
        return found or next(filter(None, (self.get_docstring(base, name) for base in bases(typ))), None)


def bases(typ: type) -> Iterator[type]:
    """Yield the classes that stand in the head of a class, of those of its module."""
    [head] = ast.parse(inspect.getsource(typ)).body
    assert isinstance(head, ast.ClassDef)
    for base in head.bases:
        found = getattr(sys.modules[typ.__module__], ast.unparse(base), None)
        if isinstance(found, type) and found.__module__.startswith(PACKAGE):
            yield found


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
    return Reader(PACKAGE).analyze(components())


def test_every_noun_is_a_component_that_the_analyzer_takes(schema: AnalyzeResult) -> None:
    assert sorted(schema["component_definitions"]) == [
        *("Addons", "Beat", "Events", "Gateway", "Migrations", "Namespace", "Network", "ObjectStore", "Observability"),
        *("Postgres", "Redis", "Relay", "Service", "Workers"),
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
