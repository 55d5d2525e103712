"""The rules of all packs that are installed."""

from __future__ import annotations

from functools import cache
from importlib.metadata import entry_points
from typing import TYPE_CHECKING

from scalewright.local.errors import PlatformError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scalewright.plan.policy import Rule

#: What a distribution calls its pack: an object that iterates over rules.
GROUP = "scalewright.policies"


@cache
def installed() -> tuple[Rule, ...]:
    """Return the rules of all packs, in the order of the packs' names; raises PlatformError for one that cannot be."""
    found: dict[str, tuple[Rule, str]] = {}
    for pack in sorted(entry_points(group=GROUP), key=lambda one: one.name):
        try:
            rules: Iterable[Rule] = pack.load()
            for rule in rules:
                if rule.name in found:
                    raise PlatformError(
                        f"the packs of policies {found[rule.name][1]} and {pack.name} both have a rule {rule.name}. "
                        "Uninstall one of them"
                    )
                found[rule.name] = (rule, pack.name)
        except (ImportError, AttributeError, TypeError) as error:
            raise PlatformError(
                f"the pack of policies {pack.name} ({pack.value}) cannot be loaded: {error}. Mend it, or uninstall it"
            ) from error
    return tuple(rule for rule, _ in found.values())
