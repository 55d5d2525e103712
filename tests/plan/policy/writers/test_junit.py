"""A report as JUnit's XML."""

from __future__ import annotations

from xml.etree import ElementTree

from tests.plan.policy.writers.reports import FULL

from scalewright.plan.policy.writers import junit
from scalewright_policies import RULES


def suite() -> ElementTree.Element:
    root = ElementTree.fromstring(junit.text(FULL, RULES, "check prod"))  # noqa: S314 - what we wrote
    assert root.tag == "testsuites"
    return root[0]


def test_what_is_mandatory_fails_and_what_is_advisory_does_not() -> None:
    cases = {case.attrib["name"]: case for case in suite()}
    assert cases["postgres-instances Cluster two spec.instances"].find("failure") is not None
    assert cases["postgres-backups Cluster three spec.instances"].find("failure") is None
    skipped = cases["postgres-instances Cluster four spec.instances"].find("skipped")
    assert skipped is not None
    assert skipped.attrib["message"] == "waived: half the size is enough"
    assert cases["broken"].find("error") is not None


def test_every_rule_that_found_nothing_is_a_case_that_passed() -> None:
    passed = {case.attrib["name"] for case in suite() if not len(case)}
    assert passed == {rule.name for rule in RULES} - {"postgres-instances", "postgres-backups"}


def test_it_counts_what_it_holds() -> None:
    found = suite()
    counted = [found.attrib[name] for name in ("tests", "failures", "errors", "skipped")]
    assert counted == [str(len(found)), "3", "1", "1"]
