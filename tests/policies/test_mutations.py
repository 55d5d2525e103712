"""The accepted plan of prod, with one field broken at a time: exactly the rule that guards it must say so."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from tests.policies.mutation import Mutation, broken
from tests.policies.reliability.mutations import MUTATIONS as RELIABILITY
from tests.policies.scaling.mutations import MUTATIONS as SCALING
from tests.policies.security.mutations import MUTATIONS as SECURITY
from tests.policies.security.network_mutations import MUTATIONS as NETWORK

from scalewright.plan.policy import Objects, check
from scalewright.program import plan
from scalewright_policies import RULES

ROOT = Path(__file__).parents[2]
MUTATIONS = (*SECURITY, *NETWORK, *RELIABILITY, *SCALING)


@cache
def prod() -> Objects:
    return Objects.of_plan(plan(ROOT, "prod"))


def test_no_rule_finds_anything_in_prod() -> None:
    report = check(prod(), RULES)
    assert [f"{one.rule}: {one.subject}: {one.message}" for one in report.findings] == []
    assert report.failures == ()


@pytest.mark.parametrize("mutation", MUTATIONS, ids=str)
def test_a_broken_field_is_found_by_the_rule_that_guards_it_and_by_no_other(mutation: Mutation) -> None:
    report = check(broken(prod(), mutation), RULES)
    assert {one.rule for one in report.findings} == {mutation.rule}
    assert report.failures == ()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_every_rule_guards_a_field_of_prod(rule: object) -> None:
    assert rule.name in {one.rule for one in MUTATIONS}  # type: ignore[attr-defined]
