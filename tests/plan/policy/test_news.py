"""Findings that are new, old and gone."""

from __future__ import annotations

from typing import Any

from scalewright.plan.changes import Side, compare
from scalewright.plan.policy.news import news, renamed
from scalewright.plan.policy.report import Finding, Report


def report(*found: Finding, waived: tuple[Finding, ...] = ()) -> Report:
    return Report(findings=found, waived=waived)


def finding(name: str, **more: Any) -> Finding:
    given: dict[str, Any] = {
        "rule": "some-rule",
        "group": "security",
        "title": "something holds",
        "severity": "high",
        "level": "mandatory",
        "kind": "Deployment",
        "name": name,
        "namespace": "shop",
        "message": "it does not",
        "remedy": "mend it",
    }
    return Finding(**{**given, **more})


def test_a_finding_is_the_same_whatever_figures_are_in_its_message() -> None:
    found = news([finding("a", message="9 of 8"), finding("b")], report(finding("a", message="12 of 8"), finding("c")))
    assert [one.name for one in found.new] == ["c"]
    assert [one.message for one in found.old] == ["12 of 8"]
    assert [one.name for one in found.gone] == ["b"]
    assert [one.name for one in found.found] == ["c", "a"]


def test_another_property_of_the_same_object_is_another_finding() -> None:
    found = news([finding("a", path="spec.x")], report(finding("a", path="spec.x"), finding("a", path="spec.y")))
    assert [one.path for one in found.new] == ["spec.y"]


def test_of_two_findings_of_one_key_where_one_was_there_is_a_new_one() -> None:
    assert len(news([finding("a")], report(finding("a"), finding("a"))).new) == 1
    assert len(news([finding("a"), finding("a")], report(finding("a"))).gone) == 1


def test_what_is_waived_now_is_not_gone() -> None:
    found = news([finding("a"), finding("a"), finding("b")], report(waived=(finding("a"),)))
    assert [one.name for one in found.gone] == ["a", "b"]
    assert not found.found


def test_the_job_of_the_next_release_is_the_same_for_a_finding() -> None:
    jobs = [
        {
            "apiVersion": "batch/v1",
            "kind": "Job",
            "metadata": {
                "name": f"migrations-{release}",
                "namespace": "shop",
                "labels": {"app.kubernetes.io/name": "shop", "app.kubernetes.io/component": "migrations"},
            },
        }
        for release in ("v1", "v2")
    ]
    names = renamed(compare(Side(jobs[:1]), Side(jobs[1:])))
    assert names == {("Job", "shop", "migrations-v1"): ("Job", "shop", "migrations-v2")}
    before, after = (finding(f"migrations-{release}", kind="Job") for release in ("v1", "v2"))
    assert news([before], report(after), names).old == (after,)
    assert news([before], report(after)).new == (after,)
