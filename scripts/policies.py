"""Writes what is made from the rules: docs/policies.md, and the schemas of the two files a project says more in.

Run by `make schema` as `python scripts/policies.py`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scalewright.plan.policy.waivers import RULES as WAIVERS
from scalewright.policies.levels import PoliciesFile
from scalewright.policies.sources import RULES as SOURCES
from scalewright.policies.waivers import WaiversFile
from scalewright_policies import GROUPS, RULES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scalewright.plan.policy import Rule

ROOT = Path(__file__).resolve().parents[1]
REFERENCE = ROOT / "docs" / "policies.md"
HEAD = ROOT / "scripts" / "policies.md"
SCHEMAS = {
    ROOT / "stacks" / "policies.schema.json": ("How strict the environments of a project are", PoliciesFile),
    ROOT / "stacks" / "waivers.schema.json": ("What a project puts up with for a while", WaiversFile),
}

_TITLES = {
    "security": "Security",
    "reliability": "Reliability",
    "scaling": "Scaling",
    "project": "The project itself",
}


def groups() -> dict[str, list[Rule]]:
    """Return all rules by their group; those over a project's own files are a group of their own."""
    found = {group: [rule for rule in RULES if rule.group == group] for group in GROUPS}
    return {**{group: rules for group, rules in found.items() if rules}, "project": [*SOURCES, *WAIVERS]}


def reference_text() -> str:
    """Return the page as it is committed."""
    return "\n".join(_lines()).rstrip() + "\n"


def schema_text(title: str, model: Any) -> str:
    """Return a schema as it is committed."""
    schema = model.model_json_schema()
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": title}
    schema["type"] = ["object", "null"]  # a file without anything in it says nothing
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _lines() -> Iterator[str]:
    yield HEAD.read_text(encoding="utf-8").rstrip()
    yield ""
    for group, rules in groups().items():
        yield from (f"### {_TITLES[group]}", "", "| rule | severity | what must hold |", "|---|---|---|")
        yield from (f"| [{one.name}](#{one.name}) | {_severity(one)} | {_cell(one.title)} |" for one in rules)
        yield ""
    for group, rules in groups().items():
        yield from (f"## {_TITLES[group]}", "")
        for rule in rules:
            yield from _rule(rule)


def _severity(rule: Rule) -> str:
    return f"{rule.severity}, advisory" if rule.advisory else rule.severity


def _rule(rule: Rule) -> Iterator[str]:
    yield from (f"### {rule.name}", "", f"**{rule.title}.** {rule.why}", "")
    yield from (f"{rule.remedy}.", "")
    facts = [f"Severity {rule.severity}", *_facts(rule)]
    yield from (f"{', '.join(facts)}.", "")
    if rule.settings:
        yield from ("| setting | default |", "|---|---|")
        yield from (f"| `{name}` | `{_cell(_written(value))}` |" for name, value in rule.settings.items())
        yield ""
    yield from _example("Breaks it", rule.examples.bad)
    yield from _example("Keeps to it", rule.examples.good)


def _facts(rule: Rule) -> Iterator[str]:
    if rule.advisory:
        yield "advisory everywhere unless a level is given to it by name"
    if rule.of_processes:
        yield "also on the platform `local`"
    yield from (f"[{one.name}, {one.section}]({one.url})" for one in rule.standards)


def _example(title: str, text: str) -> Iterator[str]:
    yield from (f"<details><summary>{title}</summary>", "", "```yaml", text.strip(), "```", "", "</details>", "")


def _written(value: Any) -> str:
    return json.dumps(value, default=_plain, ensure_ascii=False)


def _plain(value: Any) -> Any:
    return sorted(value) if isinstance(value, (set, frozenset)) else str(value)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def files() -> Iterable[tuple[Path, str]]:
    """Yield every file that is made, with its text."""
    yield REFERENCE, reference_text()
    for file, (title, model) in SCHEMAS.items():
        yield file, schema_text(title, model)


def main() -> None:
    """Write all files."""
    for file, text in files():
        file.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
