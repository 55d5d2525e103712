"""The components as a package for any language of Pulumi: their schema, and the provider that makes them.

https://www.pulumi.com/docs/iac/guides/building-extending/components/build-a-component/
"""

import ast
import inspect
import json
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from importlib.metadata import version
from typing import Any

from pulumi import Inputs, Output, ResourceOptions, RunError
from pulumi.errors import InputPropertiesError
from pulumi.provider import ConstructResult
from pulumi.provider.experimental.analyzer import Analyzer, AnalyzeResult, ComponentDefinition, PropertyDefinition
from pulumi.provider.experimental.component import ComponentProvider
from pulumi.provider.experimental.schema import generate_schema
from pulumi.provider.server import ComponentInitError

from scalewright.declaration.problem import Problem
from scalewright.kubernetes.addons import Addons
from scalewright.kubernetes.arguments import ArgumentsError
from scalewright.kubernetes.beat import Beat
from scalewright.kubernetes.component import PACKAGE, Component
from scalewright.kubernetes.events import Events
from scalewright.kubernetes.gateway import Gateway
from scalewright.kubernetes.migrations import Migrations
from scalewright.kubernetes.namespace import Namespace
from scalewright.kubernetes.network import Network
from scalewright.kubernetes.object_store import ObjectStore
from scalewright.kubernetes.observability import Observability
from scalewright.kubernetes.postgres import Postgres
from scalewright.kubernetes.redis import Redis
from scalewright.kubernetes.relay import Relay
from scalewright.kubernetes.secrets import Secrets
from scalewright.kubernetes.service import Service
from scalewright.kubernetes.workers import Workers

#: All but the whole backend, whose argument is a declaration in Python.
COMPONENTS: tuple[type[Component], ...] = (
    *(Addons, Beat, Events, Gateway, Migrations, Namespace, Network, ObjectStore, Observability),
    *(Postgres, Redis, Relay, Secrets, Service, Workers),
)
#: How types of arguments end in Python.
_OURS = "Args"


class _Reader(Analyzer):
    """Finds the docstrings of inherited keys too: a TypedDict forgets its bases, and only its source still has them."""

    def get_docstring(self, typ: type, name: str) -> str | None:
        found = super().get_docstring(typ, name)
        return _said(found) or next(filter(None, (self.get_docstring(base, name) for base in _bases(typ))), None)


def _bases(typ: type) -> Iterator[type]:
    """Yield the classes that stand in the head of a class, as far as they are of this library."""
    [head] = ast.parse(inspect.getsource(typ)).body
    for base in head.bases if isinstance(head, ast.ClassDef) else ():
        found = getattr(sys.modules[typ.__module__], ast.unparse(base), None)
        if isinstance(found, type) and found.__module__.startswith(f"{PACKAGE}."):
            yield found


def _said(docstring: str | None) -> str | None:
    """Return a docstring as Markdown, without the indentation that it has in the source before Python 3.13."""
    return inspect.cleandoc(docstring).replace("``", "`") if docstring else None


@cache
def described() -> AnalyzeResult:
    """Return what is known of all components: arguments, outputs, types, each with a description."""
    found = _Reader(PACKAGE).analyze(list(COMPONENTS))
    for component in found["component_definitions"].values():
        component.description = _said(component.description)
    for kind in found["type_definitions"].values():
        kind.description = _said(kind.description)
    return found


def schema() -> dict[str, Any]:
    """Return the schema of the package: https://www.pulumi.com/docs/iac/guides/building-extending/packages/schema/."""
    found = described()
    kinds = {name: found["type_definitions"][name] for name in sorted(found["type_definitions"])}
    made = generate_schema(PACKAGE, version(PACKAGE), None, found["component_definitions"], kinds, [])
    whole: dict[str, Any] = _polished(made.to_json())
    whole["types"] = {name.removesuffix(_OURS): one for name, one in whole["types"].items()}
    return whole


def _polished(part: Any) -> Any:
    """Return a part of a schema as it reads best in another language.

    Of lists and mappings, each entry has the description over again; and to the names of types, languages append `Args`
    themselves.
    """
    if not isinstance(part, dict):
        return part.removesuffix(_OURS) if isinstance(part, str) and part.startswith("#/types/") else part
    for key in ("items", "additionalProperties"):
        if isinstance(part.get(key), dict):
            part[key].pop("description", None)
    return {key: _polished(one) for key, one in part.items() if one or key != "dependencies"}


class Provider(ComponentProvider):
    """Makes components for programs in other languages.

    More than Pulumi's own, it tells all mistakes in arguments together and by the names that these languages have, and
    gives components whole numbers as such: they travel as floats.
    """

    def __init__(self) -> None:
        super().__init__(list(COMPONENTS), PACKAGE, version=version(PACKAGE))
        self.schema = json.dumps(schema())

    def construct(
        self, name: str, resource_type: str, inputs: Inputs, options: ResourceOptions | None = None
    ) -> ConstructResult:
        """Make a component; raises InputPropertiesError, which Pulumi shows without a traceback."""
        try:
            return super().construct(name, resource_type, inputs, options)
        except ComponentInitError as error:
            if isinstance(error.inner, ArgumentsError):
                raise _refusal(error.inner.told(_in_their_words)) from None
            if isinstance(error.inner, RunError):
                raise _refusal(error.inner) from None
            raise

    def map_inputs(self, inputs: Inputs, component_def: ComponentDefinition) -> Inputs:
        """Return arguments by their names in Python. What is missing or unknown is left to the component to tell."""
        return self._renamed(inputs, component_def.inputs, component_def.inputs_mapping)

    def _renamed(
        self, values: Mapping[str, Any], known: Mapping[str, PropertyDefinition], names: Mapping[str, str]
    ) -> dict[str, Any]:
        return {
            names.get(key, key): self._settled(value, known.get(key))
            for key, value in values.items()
            if value is not None
        }

    def _settled(self, value: Any, kind: PropertyDefinition | None) -> Any:
        """Return a value with the names that keys of a type have in Python; those of a mapping are the user's own."""
        match value:
            case Output():
                return value.apply(lambda known: self._settled(known, kind))
            case list():
                return [self._settled(one, kind and kind.items) for one in value]
            case dict() if kind and kind.ref and (made := self.get_type_definition(kind)):
                return self._renamed(value, made.properties, made.properties_mapping)
            case dict():
                return {key: self._settled(one, kind and kind.additional_properties) for key, one in value.items()}
            case float() if value.is_integer():
                return int(value)
            case _:
                return value


def _refusal(error: RunError) -> InputPropertiesError:
    """Return what Pulumi shows as it stands; without a list of details, if an empty one, its SDK fails itself."""
    return InputPropertiesError(str(error), [])


@cache
def _their_names() -> Mapping[str, str]:
    """Return the names that arguments have in other languages, by those in Python, where they differ."""
    found = described()
    mappings = (
        *(one.inputs_mapping for one in found["component_definitions"].values()),
        *(one.properties_mapping for one in found["type_definitions"].values()),
    )
    return {ours: theirs for mapping in mappings for theirs, ours in mapping.items() if theirs != ours}


def _in_their_words(problem: Problem) -> Problem:
    """Return a problem with the names that arguments have in other languages; the value is the user's own."""
    names = _their_names()
    anywhere = re.compile(rf"\b({'|'.join(map(re.escape, names))})\b")

    def told(text: str) -> str:
        return anywhere.sub(lambda found: names[found[0]], text)

    path = tuple(names.get(step, step) if isinstance(step, str) else step for step in problem.path)
    return replace(problem, path=path, bound=told(problem.bound), remedy=told(problem.remedy))
