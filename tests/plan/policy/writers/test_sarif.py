"""A report as SARIF, by what the standard and a code host demand of it."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
from tests.plan.policy.writers.reports import FULL
from tests.plan.policy.writers.sarif_schema import SCHEMA

from scalewright.plan.policy.writers import sarif
from scalewright_policies import RULES


def run() -> dict[str, Any]:
    found = json.loads(sarif.text(FULL, RULES, "0.1.0", "stacks/Pulumi.prod.yaml"))
    jsonschema.validate(found, SCHEMA)
    [only] = found["runs"]
    assert isinstance(only, dict)
    return only


def test_every_result_is_of_a_rule_that_is_described() -> None:
    found = run()
    rules = found["tool"]["driver"]["rules"]
    assert len({one["id"] for one in rules}) == len(rules)
    assert {rules[one["ruleIndex"]]["id"] == one["ruleId"] for one in found["results"]} == {True}


def test_a_code_host_is_told_of_severity_in_its_own_words() -> None:
    told = {one["properties"]["problem.severity"] for one in run()["tool"]["driver"]["rules"] if "properties" in one}
    assert told <= {"error", "warning", "recommendation"}
    assert len(told) > 1


def test_what_is_in_no_file_is_shown_in_the_one_that_declares_it() -> None:
    first, second, *_ = run()["results"]
    place = first["locations"][0]["physicalLocation"]
    assert place == {"artifactLocation": {"uri": "stacks/Pulumi.prod.yaml"}, "region": {"startLine": 1}}
    place = second["locations"][0]["physicalLocation"]
    assert place == {"artifactLocation": {"uri": "manifests/a%20b.yaml"}, "region": {"startLine": 12}}


def test_mandatory_is_an_error_advisory_a_warning_and_what_is_waived_is_suppressed() -> None:
    results = run()["results"]
    assert [one["level"] for one in results] == ["error", "error", "warning", "error", "error"]
    assert ["suppressions" in one for one in results] == [False, False, False, False, True]
    assert results[-1]["suppressions"][0]["justification"] == "half the size is enough"


def test_a_rule_that_failed_makes_the_run_one_that_did_not_succeed() -> None:
    [invocation] = run()["invocations"]
    assert not invocation["executionSuccessful"]
    assert "broken" in invocation["toolExecutionNotifications"][0]["message"]["text"]


def test_the_same_finding_has_the_same_fingerprint_whatever_its_figures() -> None:
    other = FULL.model_copy(
        update={"findings": tuple(one.model_copy(update={"message": "2"}) for one in FULL.findings)}
    )
    prints = [
        [one["partialFingerprints"] for one in json.loads(sarif.text(report, RULES, "1", "x"))["runs"][0]["results"]]
        for report in (FULL, other)
    ]
    assert prints[0] == prints[1]
    assert len({json.dumps(one) for one in prints[0]}) == len(prints[0])
