"""Findings that are put up with for a while, for a reason. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from scalewright.plan.policy.report import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from scalewright.plan.policy.report import Report
    from scalewright.plan.policy.rule import Rule


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
        message = f"the waiver of {one.rule} expired on {one.expires}: {one.reason}"
        yield _finding("waiver-expired", one, rules, message, "Mend what it waives and take it out, or renew it")


def _unused(waivers: Sequence[Waiver], rules: Mapping[str, Rule], environment: str) -> Iterator[Finding]:
    for one in waivers:
        message = f"the waiver of {one.rule} waives nothing in {environment}: {one.reason}"
        remedy = f"Take it out; where it is of use elsewhere, take {environment} out of its environments"
        yield _finding("waiver-unused", one, rules, message, remedy)


def _finding(name: str, waiver: Waiver, rules: Mapping[str, Rule], message: str, remedy: str) -> Finding:
    rule = rules[waiver.rule]
    kind, _, named = waiver.object.rpartition(" ")
    return Finding(
        rule=name,
        group=rule.group,
        title="A waiver is of use, and has not expired",
        severity=rule.severity,
        level="mandatory",
        kind=kind,
        name=named,
        message=message,
        remedy=remedy,
        file=waiver.file,
        line=waiver.line,
    )
