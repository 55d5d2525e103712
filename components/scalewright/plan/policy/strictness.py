"""How strict an environment is: the level of each rule, and its settings there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field

from scalewright.plan.policy.report import Level
from scalewright.plan.records import Record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scalewright.plan.policy.rule import Rule


class Strictness(Record):
    """What an environment says of the rules."""

    level: Level = "mandatory"
    """That of every rule of which nothing else is said."""
    levels: dict[str, Level] = Field(default_factory=dict)
    """Those of single rules, by name."""
    settings: dict[str, dict[str, Any]] = Field(default_factory=dict)
    """Settings of single rules, by name."""

    def level_of(self, rule: Rule) -> Level:
        """Return the level of a rule; one that is advisory by itself is no more than that unless it is named."""
        if named := self.levels.get(rule.name):
            return named
        return "advisory" if rule.advisory and self.level == "mandatory" else self.level

    def settings_of(self, rule: Rule) -> Mapping[str, Any]:
        """Return the settings of a rule."""
        return {**rule.settings, **self.settings.get(rule.name, {})}
