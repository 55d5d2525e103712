"""Findings that are put up with for a while, for a reason. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from scalewright.plan.policy.report import Finding
from scalewright.plan.policy.rule import Example, Rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from scalewright.plan.policy.objects import Objects
    from scalewright.plan.policy.report import Report
    from scalewright.plan.policy.rule import Settings, Violation


class Waiver(NamedTuple):
    """Leave for one object to break one rule in some environments, until a day."""

    rule: str
    object: str
    """Kind and name, such as `Cluster postgres`; empty for what no single object breaks."""
    environments: tuple[str, ...]
    reason: str
    expires: date
    """The last day on which it is of use."""
    file: str = ""
    line: int | None = None


def waive(
    report: Report, waivers: Iterable[Waiver], rules: Mapping[str, Rule], environment: str, today: date
) -> Report:
    """Set aside what is waived in an environment; a waiver that has expired, or that nothing needs, is a finding."""
    ours = [one for one in waivers if environment in one.environments]
    valid = [one for one in ours if today <= one.expires]
    left: list[Finding] = []
    waived: list[Finding] = []
    used: set[int] = set()
    for finding in report.findings:
        fits = [at for at, one in enumerate(valid) if (one.rule, one.object) == (finding.rule, finding.subject)]
        if fits:
            used.add(fits[0])
            waived.append(finding.model_copy(update={"waived": valid[fits[0]].reason}))
        else:
            left.append(finding)
    unused = [one for at, one in enumerate(valid) if at not in used]
    expired = [one for one in ours if one not in valid]
    troubles = [*_expired(expired, rules), *_unused(unused, rules, environment)]
    return report.model_copy(update={"findings": (*troubles, *left), "waived": (*report.waived, *waived)})


def _expired(waivers: Sequence[Waiver], rules: Mapping[str, Rule]) -> Iterator[Finding]:
    for one in waivers:
        yield _finding(EXPIRED, one, rules, f"the waiver of {one.rule} expired on {one.expires}: {one.reason}")


def _unused(waivers: Sequence[Waiver], rules: Mapping[str, Rule], environment: str) -> Iterator[Finding]:
    for one in waivers:
        message = f"the waiver of {one.rule} waives nothing in {environment}: {one.reason}"
        yield _finding(UNUSED, one, rules, message)


def _finding(rule: Rule, waiver: Waiver, rules: Mapping[str, Rule], message: str) -> Finding:
    """Return what is wrong with a waiver; it is as grave as what it waives, and stops in every environment."""
    waived = rules[waiver.rule]
    kind, _, name = waiver.object.rpartition(" ")
    return Finding(
        rule=rule.name,
        group=waived.group,
        title=rule.title,
        severity=waived.severity,
        level="mandatory",
        kind=kind,
        name=name,
        message=message,
        remedy=rule.remedy,
        file=waiver.file,
        line=waiver.line,
    )


def _none(_objects: Objects, _settings: Settings) -> tuple[Violation, ...]:
    """Find nothing in objects: what these rules judge is found by `waive`."""
    return ()


def _rule(name: str, title: str, why: str, remedy: str, examples: Example) -> Rule:
    return Rule(
        name=name,
        group="security",
        title=title,
        why=why,
        severity="high",
        remedy=remedy,
        examples=examples,
        of_plan=_none,
    )


_GOOD = """
- rule: postgres-instances
  object: Cluster postgres
  environments: [staging]
  reason: half the size of production is enough to try a release on
  expires: 2099-12-31
"""
EXPIRED = _rule(
    "waiver-expired",
    "No waiver is older than the day on which it expires",
    "What was to be put up with for a while would be put up with for ever.",
    "Mend what it waives and take it out, or renew it with a new reason",
    Example(good=_GOOD, bad=_GOOD.replace("2099", "2019")),
)
UNUSED = _rule(
    "waiver-unused",
    "Every waiver waives something, in each of its environments",
    "Whoever breaks the rule again, later and by mistake, would be told nothing.",
    "Take it out, or take the environments out in which nothing needs it",
    Example(good=_GOOD, bad=_GOOD.replace("[staging]", "[prod, staging]")),
)
RULES = (EXPIRED, UNUSED)
"""Rules over the waivers themselves; they are mandatory everywhere."""
