"""An object that rules judge."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import Field

from scalewright.plan.records import Record

if TYPE_CHECKING:
    from collections.abc import Mapping

Manifest = dict[str, Any]


class Options(Record):
    """What Pulumi does with a resource beside its provider; None for what is not known here.

    https://www.pulumi.com/docs/iac/concepts/resources/options/
    """

    protect: bool | None = None
    retain_on_delete: bool | None = None


class Source(Record):
    """Where an object is written: a file, the line on which it begins, and the lines of its properties by path."""

    file: str
    line: int = 1
    lines: dict[str, int] = Field(default_factory=dict)

    def at(self, path: str) -> int:
        """Return the line of a property, or of the nearest that holds it."""
        return nearest(self.lines, path) or self.line


def nearest(lines: Mapping[str, int], path: str) -> int | None:
    """Return the line of a property by its path, or of the nearest that holds it."""
    while path:
        if path in lines:
            return lines[path]
        path = path[: max(path.rfind("."), path.rfind("["), 0)]
    return None


class Identity(NamedTuple):
    """What an object is called: in a group, of a kind, in a namespace."""

    group: str
    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


class Subject:
    """One object, with what else is known of it. What it lacks reads as empty: rules judge anybody's manifests.

    Every rule asks what it is called, so that is found once; the manifest stays as it was given.
    """

    def __init__(self, manifest: Manifest, options: Options | None = None, source: Source | None = None) -> None:
        self.manifest = manifest
        self.options = options or Options()
        self.source = source

    @cached_property
    def kind(self) -> str:
        """Its kind, such as Deployment."""
        return str(self.manifest.get("kind", ""))

    @cached_property
    def group(self) -> str:
        """The group of its API, empty for that of the core."""
        group, _, version = str(self.manifest.get("apiVersion", "")).partition("/")
        return group if version else ""

    @cached_property
    def metadata(self) -> Mapping[str, Any]:
        """Name, namespace, labels and annotations."""
        return mapping(self.manifest.get("metadata"))

    @cached_property
    def name(self) -> str:
        """Its name; what is generated is named by its prefix."""
        return str(self.metadata.get("name") or self.metadata.get("generateName") or "")

    @cached_property
    def namespace(self) -> str:
        """Its namespace, empty where it says none."""
        return str(self.metadata.get("namespace") or "")

    @cached_property
    def spec(self) -> Mapping[str, Any]:
        """What is wanted of it."""
        return mapping(self.manifest.get("spec"))

    @cached_property
    def identity(self) -> Identity:
        """What it is called."""
        return Identity(self.group, self.kind, self.namespace, self.name)

    def get(self, path: str, default: Any = None) -> Any:
        """Return the property at a path such as ``spec.template.spec``; a mapping's key may not hold a dot."""
        return get(self.manifest, path, default)

    def __repr__(self) -> str:
        return f"Subject({self.identity})"


def get(value: Any, path: str, default: Any = None) -> Any:
    """Return what is at a path of nested mappings, or a default where it ends before."""
    for key in path.split("."):
        if not isinstance(value, dict) or key not in value:
            return default
        value = value[key]
    return default if value is None else value


def mapping(value: Any) -> Mapping[str, Any]:
    """Return a mapping, and an empty one for what is none."""
    return value if isinstance(value, dict) else {}


def written(value: Any) -> str:
    """Return a value as manifests write it, for messages: true rather than Python's True."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def items(value: Any) -> list[Any]:
    """Return a list, and an empty one for what is none."""
    return value if isinstance(value, list) else []
