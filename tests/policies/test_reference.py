"""docs/policies.md and the schemas of what a project says of policies."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from scripts.policies import ROOT, files, groups

from scalewright_policies import RULES


@pytest.mark.parametrize(("file", "text"), list(files()), ids=lambda one: one.name if isinstance(one, Path) else "")
def test_what_is_made_from_the_rules_is_up_to_date(file: Path, text: str) -> None:
    assert file.read_text(encoding="utf-8") == text, "run `make schema`"


def test_every_rule_has_a_section() -> None:
    text = (ROOT / "docs" / "policies.md").read_text(encoding="utf-8")
    sections = [line.removeprefix("### ") for line in text.splitlines() if line.startswith("### ")]
    names = [rule.name for rules in groups().values() for rule in rules]
    assert [one for one in sections if one in names] == names
    assert {rule.name for rule in RULES} <= set(names)


@pytest.mark.parametrize("name", ["policies", "waivers"])
def test_what_is_shipped_fits_its_schema_and_what_is_wrong_does_not(name: str) -> None:
    schema: dict[str, Any] = json.loads((ROOT / "stacks" / f"{name}.schema.json").read_text())
    jsonschema.validate(yaml.safe_load((ROOT / "stacks" / f"{name}.yaml").read_text()), schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({name: 3, "levle": "advisory"}, schema)
