"""The policy pack: one rule a file, in groups. RULES are all of them, in the order of their groups and names."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.plan.policy import Rule

GROUPS = ("security", "reliability", "scaling")


def _rules() -> Iterator[Rule]:
    for group in GROUPS:
        package = import_module(f"{__name__}.{group}")
        for module in sorted(one.name for one in iter_modules(package.__path__) if not one.name.startswith("_")):
            yield import_module(f"{__name__}.{group}.{module}").RULE


RULES: tuple[Rule, ...] = tuple(_rules())
