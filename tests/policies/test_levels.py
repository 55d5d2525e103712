"""stacks/policies.yaml: how strict each environment is, and what is wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.policies.projects import PLAIN, WITH_SETTINGS, project

from scalewright.declaration.errors import Mistakes
from scalewright.policies.levels import strictness

if TYPE_CHECKING:
    from pathlib import Path

    from scalewright.plan.policy.strictness import Strictness

RULES = (WITH_SETTINGS, PLAIN)
SAID = """
level: advisory
rules:
  with-settings: {level: disabled, settings: {most: 4, names: [b, c]}}
environments:
  prod:
    level: mandatory
    rules:
      with-settings: {level: mandatory, settings: {most: 5}}
"""


def said(folder: Path, text: str | None, environment: str = "prod") -> Strictness:
    return strictness(project(folder, text), environment, RULES)


def refused(folder: Path, text: str) -> list[str]:
    with pytest.raises(Mistakes) as raised:
        said(folder, text)
    return str(raised.value).splitlines()


def test_what_is_said_of_an_environment_goes_before_what_is_said_of_all(tmp_path: Path) -> None:
    prod = said(tmp_path, SAID)
    assert (prod.level, prod.level_of(WITH_SETTINGS)) == ("mandatory", "mandatory")
    assert prod.settings_of(WITH_SETTINGS)["most"] == 5
    dev = strictness(tmp_path, "dev", RULES)
    assert (dev.level, dev.level_of(WITH_SETTINGS)) == ("advisory", "disabled")
    assert dev.settings_of(WITH_SETTINGS)["most"] == 4


def test_a_list_is_a_tuple_to_a_rule_that_has_one(tmp_path: Path) -> None:
    assert said(tmp_path, SAID).settings_of(WITH_SETTINGS)["names"] == ("b", "c")


def test_a_rule_that_stops_nobody_does_so_only_where_it_is_named(tmp_path: Path) -> None:
    assert said(tmp_path, "level: mandatory").level_of(PLAIN) == "advisory"
    (tmp_path / "stacks" / "policies.yaml").write_text("rules: {plain: {level: mandatory}}")
    assert strictness(tmp_path, "prod", RULES).level_of(PLAIN) == "mandatory"


@pytest.mark.parametrize("text", [None, "", "# nothing\n", "environments: {dev: {}}"])
def test_what_nobody_says_is_mandatory(tmp_path: Path, text: str | None) -> None:
    assert said(tmp_path, text).level == "mandatory"


def test_where_nothing_is_said_the_platform_decides(tmp_path: Path) -> None:
    assert strictness(project(tmp_path, ""), "dev", RULES, "advisory").level == "advisory"


def test_all_mistakes_are_told_together_each_with_its_line_and_remedy(tmp_path: Path) -> None:
    text = """
level: strict
environments:
  prd: {level: mandatory}
  dev:
    rules:
      plian: {level: advisory}
      plain: {settings: {most: 1}}
      with-settings: {settings: {most: many, strict: 1, mots: 3, names: [1], sizes: {cpu: x}}}
"""
    assert refused(tmp_path, text) == [
        "stacks/policies.yaml:2:1: level is 'strict'; it must be one of mandatory, advisory, disabled. "
        "Choose one of them.",
        "stacks/policies.yaml:4:3: environments.prd is not a setting; it must be an environment that there is: dev, "
        "prod. Did you mean prod?",
        "stacks/policies.yaml:7:7: environments.dev.rules.plian is not a setting; it must be a rule that there is: "
        "with-settings, plain. Did you mean plain?",
        "stacks/policies.yaml:8:26: environments.dev.rules.plain.settings.most is not a setting; rule plain has no "
        "settings. Take it out.",
        *(
            f"stacks/policies.yaml:9:{column}: environments.dev.rules.with-settings.settings.{told}"
            for column, told in (
                (34, "most is 'many'; it must be a whole number. Write it in digits, without quotes or fraction."),
                (46, "strict is 1; it must be true or false. Write it without quotes."),
                (
                    57,
                    "mots is not a setting; it must be one of most, share, strict, names, where, sizes. Did you mean "
                    "most?",
                ),
                (74, "names[0] is 1; it must be text. Put it in quotes."),
                (86, "sizes.cpu is 'x'; it must be a whole number. Write it in digits, without quotes or fraction."),
            )
        ),
    ]


def test_a_key_that_appears_twice_is_a_mistake_too(tmp_path: Path) -> None:
    [told] = refused(tmp_path, "level: advisory\nlevel: mandatory\n")
    assert told.startswith("stacks/policies.yaml:2:1: the key 'level' must appear only once")
