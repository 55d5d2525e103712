"""What must hold of every rule: its metadata, and its examples."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest
from tests.policies.examples import judged

from scalewright.plan.policy import Objects, Rule, Subject, check
from scalewright_policies import GROUPS, RULES

PACK = Path(__file__).parents[2] / "policies" / "scalewright_policies"

each = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)


@each
def test_a_rule_lets_its_good_example_pass(rule: Rule) -> None:
    assert judged(rule, rule.examples.good) == []


@each
def test_a_rule_names_what_is_wrong_in_its_bad_example(rule: Rule) -> None:
    assert judged(rule, rule.examples.bad)


@each
def test_a_rule_is_in_the_file_of_its_name_and_the_folder_of_its_group(rule: Rule) -> None:
    assert (PACK / rule.group / f"{rule.name.replace('-', '_')}.py").is_file()
    assert import_module(f"scalewright_policies.{rule.group}.{rule.name.replace('-', '_')}").RULE is rule


@each
def test_a_rule_says_what_why_and_how_to_mend_it(rule: Rule) -> None:
    assert rule.title
    assert not rule.title.endswith(".")
    assert rule.why.endswith(".")
    assert rule.remedy
    assert not rule.remedy.endswith(".")
    assert all(one.url.startswith("https://") for one in rule.standards)


@each
def test_a_rule_judges_what_has_not_the_form_of_its_kind(rule: Rule) -> None:
    """Anybody's manifests: a property that is missing, null, or of another type is no reason to fail."""
    kinds = {one.kind: one for text in rule.examples for one in map(Subject, _documents(text))}
    for subject in kinds.values():
        for spec in ({}, None, [], "text", {"template": None}, {"template": {"spec": {"containers": [None, "text"]}}}):
            report = check(Objects([Subject({**subject.manifest, "spec": spec})]), [rule])
            assert not report.failures, (subject.kind, spec, report.failures)


@each
def test_a_message_has_values_as_manifests_have_them(rule: Rule) -> None:
    said = "\n".join(judged(rule, rule.examples.bad))
    assert not {"True", "False", "None"} & set(said.replace(";", " ").replace(",", " ").split())


def test_no_two_rules_have_one_name() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)


def test_every_file_of_the_pack_is_a_rule() -> None:
    files = {file.stem.replace("_", "-") for group in GROUPS for file in (PACK / group).glob("[a-z]*.py")}
    assert files == {rule.name for rule in RULES}


def _documents(text: str) -> list[dict[str, object]]:
    import yaml

    return [one for one in yaml.safe_load_all(text) if one]
