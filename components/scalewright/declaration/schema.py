"""The JSON Schema of stack files, by which editors complete and check them."""

from __future__ import annotations

import re
from typing import Any, get_args

from scalewright.declaration.backend import Backend
from scalewright.declaration.encrypted import SECURE
from scalewright.declaration.metric import Metric
from scalewright.declaration.overlay import BACKEND, NAMESPACE, PREFLIGHT, SECRETS, SWITCH, TOP_LEVEL

_ANNOTATIONS = ("description", "default", "examples")


def stack_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of a whole stack file.

    An overlay holds only what it changes, so no setting is required and each may be null; the items of a list are
    whole, because lists replace.
    """
    schema = Backend.model_json_schema()
    parts = schema.pop("$defs")
    metrics = {metric.__name__ for metric in get_args(get_args(Metric)[0])}
    definitions = {name: _whole(part) if name in metrics else _optional(part) for name, part in parts.items()}
    definitions["Backend"] = _optional(schema)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Stack file of a Scalewright project",
        "type": ["object", "null"],
        "properties": {
            "config": {
                "description": "Settings of this environment.",
                "type": ["object", "null"],
                "properties": {
                    BACKEND: {"anyOf": [{"$ref": "#/$defs/Backend"}, {"type": "null"}]},
                    PREFLIGHT: {
                        "description": "Whether `pulumi up` asks the cluster before anything is made.",
                        "default": True,
                        "enum": [*SWITCH],
                    },
                    SECRETS: _ENCRYPTED,
                },
                "patternProperties": {f"^{NAMESPACE}:(?!(backend|preflight|secrets)$)": False},
                "propertyNames": {"pattern": ":"},
            },
            **{key: {"description": "Set by Pulumi."} for key in TOP_LEVEL if key != "config"},
        },
        "additionalProperties": False,
        "$defs": dict(sorted(definitions.items())),
    }


_ENCRYPTED = {
    "description": "Secrets by name, with the value of each key; `pulumi config set --secret --path` encrypts them.",
    "type": ["object", "null"],
    "additionalProperties": {
        "type": "object",
        "minProperties": 1,
        "additionalProperties": {
            "type": "object",
            "properties": {SECURE: {"type": "string"}},
            "required": [SECURE],
            "additionalProperties": False,
        },
    },
}


def _whole(part: dict[str, Any]) -> dict[str, Any]:
    """The schema of a metric, in which only what has a default may be left out, and never the type."""
    properties = {name: _tidy(setting) for name, setting in part["properties"].items()}
    return {**_tidy(part), "properties": properties, "required": ["type", *part["required"]]}


def _optional(part: dict[str, Any]) -> dict[str, Any]:
    """The schema of a part, in which every setting may be left out or null."""
    properties = {name: _nullable(_entries_nullable(setting)) for name, setting in part["properties"].items()}
    return {key: value for key, value in {**_tidy(part), "properties": properties}.items() if key != "required"}


def _entries_nullable(setting: dict[str, Any]) -> dict[str, Any]:
    """In a mapping by name, null takes the entry away; and names that break the pattern are refused."""
    named = setting.get("patternProperties")
    if named is None:
        return setting
    entries = {pattern: _nullable(entry) for pattern, entry in named.items()}
    return {**setting, "patternProperties": entries, "additionalProperties": False}


def _nullable(setting: dict[str, Any]) -> dict[str, Any]:
    setting = _tidy(setting)
    notes = {key: setting.pop(key) for key in _ANNOTATIONS if key in setting}
    choices = setting["anyOf"] if set(setting) == {"anyOf"} else [setting]
    null = {"type": "null"}
    return {**notes, "anyOf": [*(choice for choice in map(_tidy, choices) if choice != null), null]}


def _tidy(schema: dict[str, Any]) -> dict[str, Any]:
    """Without generated titles, OpenAPI's discriminator and defaults of null; descriptions in running text."""
    tidy = {key: value for key, value in schema.items() if key not in ("title", "discriminator")}
    if isinstance(tidy.get("items"), dict):
        tidy["items"] = _tidy(tidy["items"])
    if tidy.get("default", 0) is None:
        del tidy["default"]
    if "description" in tidy:
        tidy["description"] = re.sub(r"\s+", " ", tidy["description"]).strip()
    return tidy
