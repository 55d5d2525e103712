"""Anybody's manifests: whatever stands where something else is expected, no rule fails for it."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from scalewright.plan.policy import Objects, Rule, Subject, check
from scalewright_policies import RULES

if TYPE_CHECKING:
    from collections.abc import Iterator

JUNK: tuple[Any, ...] = (None, "text", 7, -1.5, True, [], {}, [None], [[]], [{}], ["text", 7], {"name": []}, {7: {}})
_KEPT = ("apiVersion", "kind")  # another kind is no concern of the rule


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_no_rule_fails_for_what_has_another_form(rule: Rule) -> None:
    for text in rule.examples:
        manifests = [one for one in yaml.safe_load_all(text) if one]
        for index, manifest in enumerate(manifests):
            for keys in places(manifest):
                for junk in JUNK:
                    spoilt = [*manifests[:index], put(manifest, keys, junk), *manifests[index + 1 :]]
                    report = check(Objects(Subject(one) for one in spoilt), [rule])
                    assert report.failures == (), (keys, junk)


def places(value: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the keys by which everything below is reached."""
    below = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in below:
        if above or key not in _KEPT:
            yield (*above, key)
            yield from places(one, (*above, key))


def put(manifest: dict[str, Any], keys: tuple[Any, ...], junk: Any) -> dict[str, Any]:
    """A copy of a manifest with something else in one place."""
    spoilt = deepcopy(manifest)
    holder: Any = spoilt
    for key in keys[:-1]:
        holder = holder[key]
    holder[keys[-1]] = junk
    return spoilt
