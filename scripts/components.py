"""Writes what is made from the component package: its schema, and the reference of its components.

Run by `make schema` as `python scripts/components.py`.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from scalewright.kubernetes.component import PACKAGE
from scalewright.kubernetes.package import COMPONENTS, described, schema

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT = Path(__file__).resolve().parents[1]
SCHEMA = ROOT / "components" / "schema.json"
REFERENCE = ROOT / "docs" / "components.md"
EXAMPLE = ROOT / "components" / "example" / "Pulumi.yaml"

Part = dict[str, Any]

_HEAD = """# Components

Made by `make schema` from the components' own docstrings; do not edit. How a program in another language adds the
package stands in [kubernetes.md](kubernetes.md#from-another-language).

Names are those of YAML and TypeScript. In Python they have underscores (`drainSeconds` is `drain_seconds`), and a
component takes its arguments as one mapping. The examples are parts of one program,
[components/example/Pulumi.yaml](../components/example/Pulumi.yaml), which has `shop`, `database` and `broker`, too.
"""
_REFERENCE = re.compile(r"\$\{([\w-]+)\.(\w+)\}")


def schema_text() -> str:
    """Return the schema as it is committed."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def reference_text() -> str:
    """Return the reference of all components, and of the types of their arguments."""
    made = schema()
    resources = {one.__name__: made["resources"][f"{PACKAGE}:index:{one.__name__}"] for one in COMPONENTS}
    types = {token.rpartition(":")[2]: one for token, one in made["types"].items()}
    sections = [
        _HEAD,
        *(_component(name, one) for name, one in resources.items()),
        "## Types\n\nOf arguments that are mappings of their own.\n",
        *(_type(name, one) for name, one in types.items()),
    ]
    return "\n".join(sections)


def _component(name: str, resource: Part) -> str:
    inputs, outputs = resource["inputProperties"], resource["properties"]
    lines = [f"## {name}", "", resource["description"], ""]
    lines += [*_table(inputs, resource["requiredInputs"]), ""]
    if outputs:
        lines += ["| output | type | description |", "|---|---|---|"]
        lines += [f"| `{key}` | {_kind(one)} | {_cell(one)} |" for key, one in outputs.items()]
    else:
        lines += ["It has no outputs."]
    return "\n".join([*lines, "", *_examples(name), ""])


def _type(name: str, kind: Part) -> str:
    table = _table(kind["properties"], kind.get("required", []))
    return "\n".join([f"### {name}", "", kind["description"], "", *table, ""])


def _table(properties: Mapping[str, Part], required: list[str]) -> Iterator[str]:
    yield from ("| argument | type | required | description |", "|---|---|---|---|")
    for key, one in properties.items():
        yield f"| `{key}` | {_kind(one)} | {'yes' if key in required else 'no'} | {_cell(one)} |"


def _cell(one: Part) -> str:
    return " ".join(one["description"].split()).replace("|", "\\|")


def _kind(one: Part) -> str:
    """Return a type in words."""
    if "items" in one:
        return f"list of {_kind(one['items'])}"
    if "additionalProperties" in one:
        return f"map of {_kind(one['additionalProperties'])}"
    name = one.get("$ref", "").rpartition(":")[2]
    if name.endswith("#/Any"):
        return "anything"
    return f"[{name}](#{name.lower()})" if name else str(one["type"])


@cache
def _example() -> Part:
    program: Part = yaml.safe_load(EXAMPLE.read_text())
    resources: Part = program["resources"]
    return resources


def _examples(component: str) -> Iterator[str]:
    [(name, resource)] = [one for one in _example().items() if one[1]["type"] == f"{PACKAGE}:{component}"]
    yield from ("```yaml", *_of_yaml(name), "```", "")
    yield from ("```python", *python(name, resource["properties"], component), "```")


def _of_yaml(name: str) -> Iterator[str]:
    """Yield the lines of a resource as its author wrote them."""
    lines = iter(EXAMPLE.read_text().splitlines())
    for line in lines:
        if line == f"  {name}:":
            yield line.removeprefix("  ")
            break
    for line in lines:
        if not line.startswith("    "):
            return
        yield line.removeprefix("  ")


def python(name: str, properties: Part, component: str) -> Iterator[str]:
    """Yield the lines by which a program in Python makes the same."""
    known = described()["component_definitions"][component]
    [made] = [one for one in COMPONENTS if one.__name__ == component]
    yield from (f"from {made.__module__} import {component}", "", f"{_variable(name)} = {component}(", f'    "{name}",')
    yield "    {"
    for key, value in properties.items():
        said = _written(value, known.inputs[key], 8)
        yield f'        "{known.inputs_mapping[key]}": {said},'
    yield from ("    },", ")")


def _written(value: Any, kind: Any, indent: int) -> str:
    """Return a value as a literal of Python, broken over lines where it is long."""
    if isinstance(value, str) and (found := _REFERENCE.fullmatch(value)):
        return f"{_variable(found[1])}.{_output(found[1], found[2])}"
    if isinstance(value, list):
        return _around("[]", [_written(one, kind and kind.items, indent + 4) for one in value], indent)
    if isinstance(value, dict):
        entries = [f"{json.dumps(key)}: {said}" for key, said in _entries(value, kind, indent + 4)]
        return _around("{}", entries, indent)
    return json.dumps(value) if isinstance(value, str) and '"' not in value else repr(value)


def _entries(value: Part, kind: Any, indent: int) -> Iterator[tuple[str, str]]:
    made = kind and kind.ref and described()["type_definitions"].get(kind.ref.rpartition(":")[2])
    for key, one in value.items():
        if made:
            yield made.properties_mapping[key], _written(one, made.properties[key], indent)
        else:
            yield key, _written(one, kind and kind.additional_properties, indent)


def _around(brackets: str, entries: list[str], indent: int) -> str:
    line = f"{brackets[0]}{', '.join(entries)}{brackets[1]}"
    if len(line) <= 80 and "\n" not in line:
        return line
    inner = "".join(f"{' ' * (indent + 4)}{one},\n" for one in entries)
    return f"{brackets[0]}\n{inner}{' ' * indent}{brackets[1]}"


def _variable(name: str) -> str:
    return name.replace("-", "_")


def _output(resource: str, output: str) -> str:
    component = _example()[resource]["type"].rpartition(":")[2]
    return described()["component_definitions"][component].outputs_mapping[output]


def main() -> None:
    """Write both files."""
    SCHEMA.write_text(schema_text())
    REFERENCE.write_text(reference_text())


if __name__ == "__main__":
    main()
