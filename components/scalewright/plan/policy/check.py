"""Judges a plan by rules. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright.plan.policy.kinds import unknown
from scalewright.plan.policy.report import Failure, Finding, Report
from scalewright.plan.policy.strictness import Strictness

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from scalewright.plan.policy.objects import Objects
    from scalewright.plan.policy.report import Level
    from scalewright.plan.policy.rule import Rule, Violation
    from scalewright.plan.records import Process

#: The worst first.
_SEVERITIES = ("critical", "high", "medium", "low")


def check(objects: Objects, rules: Iterable[Rule], strictness: Strictness | None = None) -> Report:
    """Judge objects by rules. A rule that raises is a failure of the report, and never a pass."""
    strictness = strictness or Strictness()
    report = _judged(rules, strictness, lambda rule: _of_objects(rule, objects, strictness))
    return report.model_copy(update={"objects": len(objects.all), "unknown": unknown(objects.all)})


def check_processes(
    processes: Sequence[Process], rules: Iterable[Rule], strictness: Strictness | None = None
) -> Report:
    """Judge the processes of a machine by those rules that know of them."""
    strictness = strictness or Strictness()
    ours = [(rule, judge) for rule in rules if (judge := rule.of_processes) is not None]
    judges = {rule.name: judge for rule, judge in ours}
    report = _judged(
        (rule for rule, _ in ours),
        strictness,
        lambda rule: judges[rule.name](processes, strictness.settings_of(rule)),
    )
    return report.model_copy(update={"objects": len(processes)})


def _judged(rules: Iterable[Rule], strictness: Strictness, judge: Callable[[Rule], Iterable[Violation]]) -> Report:
    findings: list[Finding] = []
    failures: list[Failure] = []
    judged = 0
    for rule in rules:
        if (level := strictness.level_of(rule)) == "disabled":
            continue
        judged += 1
        try:
            findings += [finding(rule, level, one) for one in judge(rule)]
        except Exception as error:
            failures.append(Failure(rule=rule.name, reason=f"{type(error).__name__}: {error}"))
    return Report(findings=tuple(sorted(findings, key=_place)), failures=tuple(failures), rules=judged)


def _of_objects(rule: Rule, objects: Objects, strictness: Strictness) -> Iterator[Violation]:
    settings = strictness.settings_of(rule)
    if rule.of_plan:
        yield from rule.of_plan(objects, settings)
    elif rule.of_pod:
        for pod in objects.pods:
            yield from rule.of_pod(pod, settings)
    elif rule.of_object:
        for subject in objects.all:
            yield from rule.of_object(subject, settings)


def finding(rule: Rule, level: Level, violation: Violation) -> Finding:
    """Return what a violation of a rule is to whoever has to mend it."""
    subject = violation.subject
    source = subject.source if subject else None
    return Finding(
        rule=rule.name,
        group=rule.group,
        title=rule.title,
        severity=rule.severity,
        level=level,
        kind=subject.kind if subject else "",
        name=subject.name if subject else violation.name,
        namespace=subject.namespace if subject else "",
        path=violation.path,
        message=violation.message,
        remedy=violation.remedy or rule.remedy,
        file=source.file if source else "",
        line=source.at(violation.path) if source else None,
    )


def _place(one: Finding) -> tuple[int, str, str, str, str, str]:
    return _SEVERITIES.index(one.severity), one.rule, one.namespace, one.kind, one.name, one.path
