"""The rules as policies of Pulumi, which its engine asks before anything is made: CrossGuard.

What judges one object is asked of each by itself, what needs all of them after the last; levels, settings and waivers
are those of the project. https://www.pulumi.com/docs/insights/policy/policy-packs/authoring/
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from pulumi_policy import (
    EnforcementLevel,
    PolicyComplianceFramework,
    PolicyPack,
    ResourceValidationPolicy,
    Severity,
    StackValidationPolicy,
    proxy,
)

from scalewright.plan.policy.check import check
from scalewright.plan.policy.objects import Objects
from scalewright.plan.policy.subject import Options, Subject
from scalewright.plan.policy.waivers import RULES as WAIVERS
from scalewright.plan.render import objects
from scalewright.plan.resources import UNKNOWN, Resource
from scalewright.policies import sources
from scalewright.policies.judgement import judgement

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from pulumi_policy import (
        Policy,
        PolicyResource,
        ReportViolation,
        ResourceValidationArgs,
        StackValidationArgs,
    )

    from scalewright.plan.policy.report import Finding, Report
    from scalewright.plan.policy.rule import Rule
    from scalewright.policies.judgement import Judgement

NAME = "scalewright"
_UNKNOWN = frozenset(value for name, value in vars(proxy).items() if name.startswith("UNKNOWN_"))


def serve(project: Path) -> None:
    """Serve the rules of all packs to Pulumi, until it ends.

    Args:
        project: The folder that holds `stacks`. The stack is the one that Pulumi is at.

    Raises:
        Mistakes: What the project says wrongly of policies.
        PlatformError: For a pack that cannot be loaded.
    """
    PolicyPack(NAME, list(policies(judgement(project, os.environ.get("PULUMI_STACK", "")))))


def policies(said: Judgement) -> Iterator[Policy]:
    """Yield a policy for each rule, and one for each of what the project itself can do wrong."""
    asked = _Asked(said)
    for rule in said.rules:
        if rule.of_plan:
            yield _of_stack(rule, said, asked.of_stack(rule))
        else:
            yield ResourceValidationPolicy(validate=asked.of_resource(rule), **_described(rule, _level(said, rule)))
    for rule in sources.RULES:
        yield _of_stack(rule, said, asked.of_stack(rule))
    for rule in WAIVERS:
        yield StackValidationPolicy(validate=asked.of_stack(rule), **_described(rule, EnforcementLevel.MANDATORY))


def _of_stack(rule: Rule, said: Judgement, validate: Callable[..., None]) -> StackValidationPolicy:
    return StackValidationPolicy(validate=validate, **_described(rule, _level(said, rule)))


def _level(said: Judgement, rule: Rule) -> EnforcementLevel:
    return EnforcementLevel(said.strictness.level_of(rule))


def _described(rule: Rule, level: EnforcementLevel) -> dict[str, Any]:
    described: dict[str, Any] = {
        "name": rule.name,
        "description": f"{rule.title}. {rule.why}",
        "display_name": rule.title,
        "enforcement_level": level,
        "severity": Severity(rule.severity),
        "tags": [rule.group],
        "remediation_steps": rule.remedy,
    }
    if rule.standards:
        first = rule.standards[0]
        framework = PolicyComplianceFramework(name=first.name, reference=first.url, specification=first.section)
        described |= {"framework": framework, "url": first.url}
    return described


class _Asked:
    """What Pulumi has asked of so far, by URN: what all together break is judged by that, and not by what came of it.

    What a preview tells of results has the defaults of a cluster in it where there is one, and else nothing.
    """

    def __init__(self, said: Judgement) -> None:
        self._said = said
        self._inputs: dict[str, Resource] = {}

    def of_resource(self, rule: Rule) -> Callable[[ResourceValidationArgs, ReportViolation], None]:
        """Return what judges one object by a rule."""

        def validate(args: ResourceValidationArgs, report: ReportViolation) -> None:
            resource = self._inputs[args.urn] = _resource(args)
            for finding in self._report([resource], [rule]).findings:
                report(_text(finding), args.urn)

        return validate

    def of_stack(self, rule: Rule) -> Callable[[StackValidationArgs, ReportViolation], None]:
        """Return what judges all objects together by a rule."""

        def validate(args: StackValidationArgs, report: ReportViolation) -> None:
            resources = [self._inputs.get(one.urn) or _resource(one) for one in args.resources]
            urns = {_identity(one.inputs): one.urn for one in resources}
            for finding in self._of_stack(resources, rule):
                report(_text(finding), urns.get((finding.kind, finding.namespace, finding.name)))

        return validate

    def _of_stack(self, resources: list[Resource], rule: Rule) -> Iterator[Finding]:
        if rule in WAIVERS:  # whether one is of use is known once all rules have judged
            report = self._said.complete(self._report(resources, self._said.rules, put_up_with=False))
            yield from (one for one in report.findings if one.rule == rule.name)
        elif rule in sources.RULES:
            yield from (one for one in self._waived(self._said.of_project()).findings if one.rule == rule.name)
        else:
            yield from self._report(resources, [rule]).findings

    def _report(self, resources: Iterable[Resource], rules: Iterable[Rule], *, put_up_with: bool = True) -> Report:
        """Judge resources; a rule that fails raises, for that is no pass."""
        report = check(_objects(resources), rules, self._said.strictness)
        for failure in report.failures:
            raise RuntimeError(f"rule {failure.rule} failed: {failure.reason}")
        return self._waived(report) if put_up_with else report

    def _waived(self, report: Report) -> Report:
        """Return a report without what is waived; whether a waiver is of use is not asked of a part."""
        names = {one.name for one in WAIVERS}
        found = self._said.waived(report)
        return found.model_copy(update={"findings": tuple(one for one in found.findings if one.rule not in names)})


def _objects(resources: Iterable[Resource]) -> Objects:
    """Return the objects of a plan; what becomes of them once they are taken out, the engine does not tell."""
    resources = list(resources)
    protected = {id(one.inputs): one.protect for one in resources}
    return Objects(Subject(one, Options(protect=protected[id(one)])) for one in objects(resources))


def _resource(asked: ResourceValidationArgs | PolicyResource) -> Resource:
    inputs = {key: _plain(value) for key, value in _target(asked.props).items() if not key.startswith("__")}
    protect = bool(asked.opts.protect)
    return Resource(urn=asked.urn, type=asked.resource_type, name=asked.name, inputs=inputs, protect=protect)


def _target(value: Any) -> Mapping[str, Any]:
    """Return what a proxy stands before, which raises for every value that is not known yet."""
    target: Mapping[str, Any] = value["__target"] if isinstance(value, proxy._DictProxy) else value
    return target


def _plain(value: Any) -> Any:
    """Return a value as a plan has it: whole numbers became floats, and what nobody knows yet has a mark."""
    match value:
        case proxy._DictProxy() | dict():
            return {key: _plain(one) for key, one in _target(value).items()}
        case proxy._ListProxy() | list():
            return [_plain(one) for one in (value["__target"] if isinstance(value, proxy._ListProxy) else value)]
        case float() if value.is_integer():
            return int(value)
        case str() if value in _UNKNOWN:
            return UNKNOWN
        case _:
            return value


def _identity(manifest: Mapping[str, Any]) -> tuple[str, str, str]:
    one = Subject(dict(manifest))
    return one.kind, one.namespace, one.name


def _text(finding: Finding) -> str:
    where = f" ({finding.file}:{finding.line})" if finding.file else f" ({finding.path})" if finding.path else ""
    return f"{finding.subject}: {finding.message}{where}. {finding.remedy}."
