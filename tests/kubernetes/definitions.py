"""Judges custom resources by their definitions, unknown fields included, as an API server would."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator

#: Definitions as the operators publish them; beside the checkout, not in it.
FOLDER = Path(__file__).parents[3] / "shared" / "crds"


def mistakes(manifest: dict[str, Any]) -> list[str]:
    """Return what is wrong with a custom resource; raises KeyError for a kind without definition."""
    found = _validator(manifest["apiVersion"], manifest["kind"]).iter_errors(manifest)
    return [f"{manifest['kind']} {manifest['metadata']['name']}: {one.json_path}: {one.message}" for one in found]


@cache
def _validator(api_version: str, kind: str) -> Draft202012Validator:
    group, _, version = api_version.partition("/")
    for path in sorted(FOLDER.glob(f"{group}_*.yaml")):
        text = path.read_text()
        if f"kind: {kind}\n" in text:
            for definition in yaml.load_all(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
                versions = {one["name"]: one for one in definition["spec"]["versions"]}
                if definition["spec"]["names"]["kind"] == kind and version in versions:
                    schema = _strict(versions[version]["schema"]["openAPIV3Schema"])
                    schema["properties"]["metadata"] = {"type": "object"}
                    return Draft202012Validator(schema)
    raise KeyError(f"{FOLDER} defines no {kind} of {api_version}")


def _strict(schema: Any) -> Any:
    """Translate a structural schema into JSON Schema, in which fields that it does not have are refused."""
    if isinstance(schema, list):
        return [_strict(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    strict = {key: _strict(value) for key, value in schema.items() if not key.startswith("x-kubernetes-")}
    if schema.get("x-kubernetes-int-or-string"):
        strict |= {"type": ["integer", "string"]}
        strict.pop("anyOf", None)
    if isinstance(schema.get("properties"), dict) and schema.get("type") == "object":
        strict["properties"] = {name: _strict(one) for name, one in schema["properties"].items()}
        if not schema.get("x-kubernetes-preserve-unknown-fields"):
            strict.setdefault("additionalProperties", False)
    return strict
