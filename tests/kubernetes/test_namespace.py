"""The namespace: what it admits, and how much."""

from __future__ import annotations

import json

import pytest
from tests.kubernetes.plans import ENVIRONMENTS, made, objects, shipped

from scalewright.declaration import Quantity
from scalewright.evaluation import ProgramError, evaluate
from scalewright.kubernetes.namespace import Namespace


def test_it_enforces_the_restricted_standard_and_warns_by_it() -> None:
    [namespace] = made(lambda: Namespace("ours", {})).values()
    labels = namespace["metadata"]["labels"]
    modes = {label.rpartition("/")[2]: level for label, level in labels.items() if label.startswith("pod-security")}
    assert modes == {"enforce": "restricted", "warn": "restricted", "audit": "restricted"}


def test_a_quota_and_defaults_are_there_where_they_are_asked_for() -> None:
    found = made(
        lambda: Namespace(
            "ours",
            {
                "quota": {"pods": "5"},
                "container_defaults": {"cpu": "100m", "memory": "256Mi"},
                "container_memory": "1Gi",
            },
        )
    )
    assert found["ResourceQuota ours"]["spec"]["hard"] == {"pods": "5"}
    assert found["LimitRange ours"]["spec"]["limits"] == [
        {
            "type": "Container",
            "defaultRequest": {"cpu": "100m", "memory": "256Mi"},
            "default": {"memory": "256Mi"},
            "max": {"memory": "1Gi"},
        }
    ]
    assert {one["metadata"]["namespace"] for name, one in found.items() if not name.startswith("Namespace")} == {"ours"}


def test_nodes_that_are_declared_are_told_to_whoever_adds_up_what_pods_ask_for() -> None:
    nodes = {"count": 3, "cpu": "8", "memory": "32Gi"}
    [found] = made(lambda: Namespace("ours", {"nodes": nodes})).values()
    assert json.loads(found["metadata"]["annotations"]["scalewright/nodes"]) == nodes
    assert "annotations" not in objects("dev")["Namespace shop-dev"]["metadata"]


def test_nodes_that_cannot_be_are_refused() -> None:
    with pytest.raises(ProgramError, match=r"nodes\.count is 0; it must be at least 1"):
        made(lambda: Namespace("ours", {"nodes": {"count": 0, "cpu": "8", "memory": "32Gi"}}))


def test_nobody_in_an_environment_gets_a_load_balancer_of_his_own() -> None:
    hard = objects("prod")["ResourceQuota shop-prod"]["spec"]["hard"]
    assert (hard["services.loadbalancers"], hard["services.nodeports"]) == ("0", "0")


def test_a_default_is_never_more_than_the_most() -> None:
    [limits] = objects("dev")["LimitRange shop-dev"]["spec"]["limits"]
    assert Quantity(limits["default"]["memory"]) <= Quantity(limits["max"]["memory"])


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_a_destroy_leaves_the_namespace_that_holds_data_and_takes_any_other(environment: str) -> None:
    kept = {one.inputs["kind"] for one in shipped(environment) if one.retain_on_delete}
    assert {"Namespace", "Cluster"} <= kept
    resources = evaluate(lambda: (Namespace("web", {}), None)[1], "shop", "test")
    assert not [one for one in resources if one.retain_on_delete]
