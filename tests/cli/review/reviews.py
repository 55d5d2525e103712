"""Reviews of changes that nobody made, for what is written of them."""

from __future__ import annotations

from typing import Any

from scalewright.cli.review.environment import Environment, environment
from scalewright.cli.review.review import Review
from scalewright.cli.review.side import Side
from scalewright.cli.review.sides import Sides
from scalewright.cli.review.sums import Line, Sum
from scalewright.plan.policy.report import Failure, Finding, Report
from scalewright.plan.resources import Resource


def resource(kind: str, name: str, **more: Any) -> Resource:
    manifest = {"apiVersion": "v1", "kind": kind, "metadata": {"name": name, "namespace": "shop"}, **more}
    type_ = f"kubernetes:core/v1:{kind}"
    return Resource(urn=f"urn:pulumi:dev::shop::{type_}::{name}", type=type_, name=name, inputs=manifest)


def finding(name: str, level: str = "mandatory", **more: Any) -> Finding:
    given = {"rule": "some-rule", "group": "security", "title": "something holds", "severity": "high", "level": level}
    about = {"kind": "ConfigMap", "name": name, "namespace": "shop", "message": "it does not", "remedy": "Mend it"}
    return Finding.model_validate({**given, **about, **more})


def total(name: str, amount: int, bound: int) -> Sum:
    line = Line(label="orders", terms=(("replicas", amount // 10), ("each", 10)), amount=amount)
    remedies = () if amount <= bound else (f"raise it to {amount}",)
    return Sum(
        name=name,
        unit="connections",
        lines=(line,),
        total=amount,
        bound=bound,
        bound_from="max_connections",
        fits=amount <= bound,
        remedies=remedies,
    )


def side(*resources: Resource, findings: tuple[Finding, ...] = (), **more: Any) -> Side:
    failures = tuple(Failure(rule=one, reason="KeyError: 'x'") for one in more.pop("failed", ()))
    report = Report(findings=findings, failures=failures, rules=3, objects=len(resources))
    return Side(platform="kubernetes", resources=resources, report=report, **more)


def changed(before: Side, after: Side, name: str = "prod") -> Environment:
    return environment(name, Sides(before, after), "5d6e7f8")


def review(*environments: Environment, base: str = "main", **more: Any) -> Review:
    commit = "5d6e7f8" + 33 * "0"
    given = {"base": base, "tip": commit, "parting": commit, "head": "1a2b3c4" + 33 * "0", "is_clean": True}
    return Review.model_validate({**given, **more, "environments": environments})
