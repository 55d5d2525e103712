"""What a project puts up with for a while: `stacks/waivers.yaml`."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BeforeValidator, Field

from scalewright.declaration.environment import environments
from scalewright.declaration.errors import Mistakes
from scalewright.declaration.model import Model, Unique
from scalewright.declaration.problem import refused
from scalewright.plan.policy.subject import items, mapping
from scalewright.plan.policy.waivers import Waiver
from scalewright.policies.levels import unknown
from scalewright.policies.settings_file import content

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path as FilePath

    from scalewright.declaration.problem import Problem

FILE = "stacks/waivers.yaml"


def _day(value: Any) -> date:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise refused("it must be a day that there is", "Write it as in 2027-03-31") from None


def _said(value: Any) -> Any:
    if isinstance(value, str) and not value.strip():
        raise refused("it must be said", "Write why this is put up with, and what ends it")
    return value


class WaiverSaid(Model):
    """One waiver."""

    rule: Annotated[str, Field(examples=["pod-privilege-escalation"])]
    """The rule that is broken."""
    object: Annotated[str, Field(examples=["Deployment orders"])] = ""
    """The object that breaks it, by kind and name; left out for what no single object breaks."""
    environments: Annotated[list[str], Field(min_length=1, examples=[["staging"]]), Unique]
    """The environments in which this is put up with."""
    reason: Annotated[str, BeforeValidator(_said), Field(examples=["the vendor mends it in 3.2"])]
    """Why, and what ends it."""
    expires: Annotated[date, BeforeValidator(_day), Field(examples=["2027-03-31"])]
    """The last day on which it holds."""


class WaiversFile(Model):
    """The file as a whole."""

    waivers: Annotated[list[WaiverSaid], Field(default_factory=list)]
    """All waivers of the project."""


def waivers(project: FilePath, rules: Collection[str]) -> tuple[Waiver, ...]:
    """Return the waivers of a project; raises Mistakes, all of the file together."""
    found, settings, mistakes = content(project, FILE, WaiversFile)
    mistakes += settings.located(_problems(settings.document.data, rules, environments(project)))
    if found is None or mistakes:
        raise Mistakes(mistakes)
    return tuple(
        Waiver(
            one.rule,
            one.object,
            tuple(one.environments),
            one.reason,
            one.expires,
            FILE,
            settings.line(("waivers", index)),
        )
        for index, one in enumerate(found.waivers)
    )


def _problems(data: Any, rules: Collection[str], names: Collection[str]) -> Iterator[Problem]:
    """Yield what is wrong with names; what has not the form of the file is passed over."""
    for index, one in enumerate(items(mapping(data).get("waivers"))):
        rule = mapping(one).get("rule")
        if isinstance(rule, str) and rule not in rules:
            yield unknown(("waivers", index, "rule"), "rule", rule, rules, rule)
        for at, name in enumerate(items(mapping(one).get("environments"))):
            if isinstance(name, str) and name not in names:
                yield unknown(("waivers", index, "environments", at), "environment", name, names, name)
