"""Nobody may talk to anybody, but along the edges that are declared: judged from the policies as they are rendered."""

from __future__ import annotations

import itertools

import pytest

from scalewright.evaluation import evaluate
from scalewright.kubernetes.network import EdgeArgs, Network
from scalewright.plan.reachability import End, is_allowed
from scalewright.plan.render import manifests

EDGES: list[EdgeArgs] = [
    {"source": {"labels": {"app": "web"}}, "target": {"labels": {"app": "db"}}, "ports": [5432]},
    {"source": {"namespace": "ingress"}, "target": {"labels": {"app": "web"}}, "ports": [8000]},
    {"source": {"labels": {"app": "db"}}, "target": {"labels": {"app": "db"}}, "ports": [5432, 8000]},
    {"source": {"labels": {"app": "db"}}, "target": {"cidr": "0.0.0.0/0"}, "ports": [443]},
]
WEB, DB, OTHER = (End("ours", {"app": name}) for name in ("web", "db", "other"))
INGRESS, ELSEWHERE = End("ingress", {"app": "proxy"}), End("elsewhere", {"app": "web"})
DNS = End("kube-system", {"k8s-app": "kube-dns"})
OUTSIDE = End(address="203.0.113.7")


@pytest.fixture(scope="module")
def policies() -> list[dict[str, object]]:
    return manifests(evaluate(_make, "shop", "dev"))


def _make() -> None:
    Network("network", {"namespace": "ours", "edges": EDGES})


ALLOWED = [
    (WEB, DB, 5432),
    (INGRESS, WEB, 8000),
    (DB, DB, 5432),
    (DB, DB, 8000),
    (DB, OUTSIDE, 443),
]


def test_a_connection_along_an_edge_is_allowed(policies: list[dict[str, object]]) -> None:
    assert [edge for edge in ALLOWED if not is_allowed(policies, *edge)] == []


def test_any_other_connection_is_denied_in_both_directions(policies: list[dict[str, object]]) -> None:
    ends = (WEB, DB, OTHER, INGRESS, ELSEWHERE, OUTSIDE)
    ours = (WEB, DB, OTHER)
    asked = [
        (source, target, port)
        for source, target in itertools.product(ends, ends)
        if source in ours or target in ours
        for port in (443, 5432, 8000)
    ]
    allowed = [edge for edge in asked if is_allowed(policies, *edge)]
    # Where the API server is cannot be told, so 443 of any address is open to the database.
    expected = [*ALLOWED, (DB, INGRESS, 443), (DB, ELSEWHERE, 443)]
    assert [edge for edge in allowed if edge not in expected] == []
    assert [edge for edge in expected if edge not in allowed] == []


def test_every_pod_may_ask_the_dns_of_the_cluster_and_nobody_else_there(policies: list[dict[str, object]]) -> None:
    for pod in (WEB, DB, OTHER):
        assert is_allowed(policies, pod, DNS, 53, "UDP")
        assert is_allowed(policies, pod, DNS, 53, "TCP")
        assert not is_allowed(policies, pod, End("kube-system", {"k8s-app": "other"}), 53, "UDP")
        assert not is_allowed(policies, pod, DNS, 80)
