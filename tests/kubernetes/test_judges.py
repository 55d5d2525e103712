"""The shipped environments before the judges of others: each finding is mended, or is right for a reason."""

from __future__ import annotations

from copy import deepcopy
from functools import cache

import kubernetes_validate
import pytest
from tests.kubernetes.judges import JUDGES, VERSION, Finding, judged
from tests.kubernetes.plans import ENVIRONMENTS, Manifest, container_of, objects

from scalewright.plan.operators import operator


def of_the_cluster(environment: str) -> list[Manifest]:
    """Return the objects whose kinds every cluster has: no operator brings them."""
    return [one for one in objects(environment).values() if operator(one["apiVersion"]) is None]


@cache
def found(judge: str, environment: str) -> list[Finding]:
    return judged(judge, list(objects(environment).values()))


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_object_of_a_built_in_kind_is_valid_to_the_last_field(environment: str) -> None:
    manifests = of_the_cluster(environment)
    assert {one["kind"] for one in manifests} >= {"Namespace", "Deployment", "Service", "Job", "ResourceQuota"}
    for one in manifests:
        kubernetes_validate.validate(one, VERSION, strict=True)


def test_a_field_that_does_not_exist_is_not_valid() -> None:
    deployment = deepcopy(objects("dev")["Deployment orders"])
    container_of(deployment)["readynessProbe"] = {}
    with pytest.raises(kubernetes_validate.ValidationError, match="'readynessProbe' was unexpected"):
        kubernetes_validate.validate(deployment, VERSION, strict=True)


@pytest.mark.parametrize("environment", ENVIRONMENTS)
@pytest.mark.parametrize("judge", JUDGES)
def test_nothing_is_found_that_is_not_right_for_a_reason(judge: str, environment: str) -> None:
    skips = JUDGES[judge].skips()
    assert [one for one in found(judge, environment) if not any(skip.covers(one, environment) for skip in skips)] == []


@pytest.mark.parametrize("judge", JUDGES)
def test_every_reason_is_given_and_needed(judge: str) -> None:
    for skip in JUDGES[judge].skips():
        assert len(skip.why) >= len("see CKV_K8S_11"), skip
        for environment in skip.environments or ENVIRONMENTS:
            assert any(skip.covers(one, environment) for one in found(judge, environment)), (skip, environment)


@pytest.mark.parametrize(
    ("judge", "check"),
    [
        ("checkov", "CKV_K8S_16"),
        ("kube-score", "container-security-context-privileged: The container is privileged"),
    ],
)
def test_a_judge_finds_a_container_that_may_do_anything(judge: str, check: str) -> None:
    deployment = deepcopy(objects("dev")["Deployment orders"])
    container_of(deployment)["securityContext"]["privileged"] = True
    assert Finding(check, "Deployment/orders") in judged(judge, [deployment])
