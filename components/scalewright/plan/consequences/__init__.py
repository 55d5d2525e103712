"""What changes come to: tables by kind and property, each row with where it is written. Pure data."""

from scalewright.plan.consequences import builtin, operators, postgres
from scalewright.plan.consequences.removal import DATA, REMOVALS, Removal
from scalewright.plan.consequences.rule import SEVERITY, Effect, Rule

#: What a change of a property comes to, by kind; the first row that fits counts.
RULES: dict[str, tuple[Rule, ...]] = {**builtin.RULES, **postgres.RULES, **operators.RULES}

__all__ = ["DATA", "REMOVALS", "RULES", "SEVERITY", "Effect", "Removal", "Rule"]
