"""The rules of NetworkPolicies, one by one."""

from __future__ import annotations

from typing import Any

import pytest

from scalewright.plan.reachability import End, is_allowed

POD, PEER = End("ours", {"app": "pod", "tier": "2"}), End("theirs", {"app": "peer"})


def policy(**spec: Any) -> list[dict[str, Any]]:
    return [
        {"kind": "NetworkPolicy", "metadata": {"name": "x", "namespace": "ours"}, "spec": {"podSelector": {}, **spec}}
    ]


def reached(spec: dict[str, Any], *, source: End = PEER, port: int = 80) -> bool:
    return is_allowed(policy(**spec), source, POD, port)


def test_without_a_policy_everything_is_allowed() -> None:
    assert is_allowed([], PEER, POD, 80)


def test_a_policy_of_another_namespace_or_for_other_pods_restricts_nothing() -> None:
    assert is_allowed(policy(policyTypes=["Ingress"]), POD, PEER, 80)
    assert reached({"podSelector": {"matchLabels": {"app": "other"}}, "policyTypes": ["Ingress"]})


@pytest.mark.parametrize("spec", [{}, {"ingress": []}, {"policyTypes": ["Ingress"]}])
def test_one_without_rules_denies_what_comes_in_and_nothing_that_goes_out(spec: dict[str, Any]) -> None:
    assert not reached(spec)
    assert is_allowed(policy(**spec), POD, PEER, 80)


def test_egress_is_restricted_where_there_are_rules_for_it_or_the_types_say_so() -> None:
    for spec in ({"egress": []}, {"policyTypes": ["Egress"]}):
        assert not is_allowed(policy(**spec), POD, PEER, 80)
    assert reached({"policyTypes": ["Egress"]})


def test_an_empty_rule_allows_everyone_and_every_port() -> None:
    assert reached({"ingress": [{}]})
    assert reached({"ingress": [{}]}, source=End(address="203.0.113.7"))


def test_what_any_of_several_policies_allows_is_allowed() -> None:
    both = policy(policyTypes=["Ingress"]) + policy(ingress=[{"ports": [{"port": 80}]}])
    assert is_allowed(both, PEER, POD, 80)
    assert not is_allowed(both, PEER, POD, 81)


def test_a_pod_selector_alone_means_the_policys_own_namespace() -> None:
    rule = {"ingress": [{"from": [{"podSelector": {"matchLabels": {"app": "peer"}}}]}]}
    assert not reached(rule)
    assert reached(rule, source=End("ours", {"app": "peer"}))


def test_selectors_of_one_peer_must_both_hold_and_those_of_two_either() -> None:
    namespace = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "theirs"}}}
    pods = {"podSelector": {"matchLabels": {"app": "other"}}}
    assert not reached({"ingress": [{"from": [{**namespace, **pods}]}]})
    assert reached({"ingress": [{"from": [namespace, pods]}]})


@pytest.mark.parametrize(
    ("expression", "met"),
    [
        ({"key": "app", "operator": "In", "values": ["pod", "x"]}, True),
        ({"key": "app", "operator": "NotIn", "values": ["pod"]}, False),
        ({"key": "tier", "operator": "Exists"}, True),
        ({"key": "tier", "operator": "DoesNotExist"}, False),
        ({"key": "none", "operator": "NotIn", "values": ["x"]}, True),
    ],
)
def test_expressions_select_as_the_api_reference_has_it(expression: dict[str, Any], *, met: bool) -> None:
    assert reached({"podSelector": {"matchExpressions": [expression]}, "policyTypes": ["Ingress"]}) is not met


@pytest.mark.parametrize(
    ("port", "asked", "met"),
    [
        ({"port": 80}, 80, True),
        ({"port": 80, "endPort": 90}, 85, True),
        ({"port": 80, "endPort": 90}, 91, False),
        ({"port": 80, "protocol": "UDP"}, 80, False),
        ({"port": "http"}, 80, False),
        ({}, 4711, True),
    ],
)
def test_ports_are_compared_by_number_range_and_protocol(port: dict[str, Any], asked: int, *, met: bool) -> None:
    assert reached({"ingress": [{"ports": [port]}]}, port=asked) is met


def test_blocks_of_addresses_hold_what_is_outside_but_for_their_exceptions() -> None:
    block = {"cidr": "203.0.113.0/24", "except": ["203.0.113.8/32"]}
    rule = {"ingress": [{"from": [{"ipBlock": block}]}]}
    assert reached(rule, source=End(address="203.0.113.7"))
    assert not reached(rule, source=End(address="203.0.113.8"))
    assert not reached(rule)


def test_a_block_of_all_addresses_holds_every_pod_too() -> None:
    assert reached({"ingress": [{"from": [{"ipBlock": {"cidr": "0.0.0.0/0"}}]}]})
