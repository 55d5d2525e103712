"""Nobody may talk to anybody, but along the edges that are declared: judged from the policies as they are rendered."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from scalewright.evaluation import ProgramError, evaluate
from scalewright.kubernetes.network import EdgeArgs, Network
from scalewright.plan.reachability import End, is_allowed
from scalewright.plan.render import manifests

EDGES: list[EdgeArgs] = [
    {"source": {"labels": {"app": "web"}}, "target": {"labels": {"app": "db"}}, "ports": [5432]},
    {"source": {"namespace": "ingress"}, "target": {"labels": {"app": "web"}}, "ports": [8000]},
    {"source": {"labels": {"app": "db"}}, "target": {"labels": {"app": "db"}}, "ports": [5432, 8000]},
    {"source": {"labels": {"app": "db"}}, "target": {"cidrs": ["0.0.0.0/0"]}, "ports": [443]},
    {
        "source": {"labels": {"app": "db"}, "having": ["example.com/job"]},
        "target": {"labels": {"app": "web"}},
        "ports": [9],
    },
]
JOB = End("ours", {"app": "db", "example.com/job": "restore"})
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


def test_what_edges_name_stays_closed_without_the_policy_that_denies_everything(
    policies: list[dict[str, Any]],
) -> None:
    others = [one for one in policies if not one["metadata"]["name"].endswith(("default-deny", "dns"))]
    assert len(others) == len(policies) - 2
    assert not is_allowed(others, OTHER, WEB, 8000)
    assert not is_allowed(others, WEB, OUTSIDE, 443)
    assert not is_allowed(others, OUTSIDE, JOB, 5432)
    assert is_allowed(others, OTHER, OUTSIDE, 443)


def test_a_label_that_pods_must_have_tells_them_from_others(policies: list[dict[str, object]]) -> None:
    assert is_allowed(policies, JOB, WEB, 9)
    assert not is_allowed(policies, DB, WEB, 9)


def test_edges_that_cannot_be_are_refused_all_together() -> None:
    edges: Any = [
        {"source": {"labels": {"app": "web"}}, "target": {"cidrs": ["10.1.0.1/16"]}, "ports": [0]},
        {"source": {"labels": {"app": "web"}}, "target": {"namespace": "ours", "cidrs": ["10.1.0.0/16"]}, "ports": []},
        {"source": {"labels": {"tier": "web"}}, "target": {"labels": {"app": "db"}}, "ports": [1]},
    ]
    with pytest.raises(ProgramError) as raised:
        evaluate(lambda: [Network("network", {"namespace": "ours", "edges": edges}), None][1], "shop", "dev")
    said = [line.removeprefix("Network 'network': ").partition("; ") for line in str(raised.value).splitlines()]
    assert [(value, reason.partition(".")[0]) for value, _, reason in said] == [
        (
            "edges[0].target.cidrs[0] is '10.1.0.1/16'",
            "it must be addresses in CIDR notation, with no bit set beyond the prefix",
        ),
        ("edges[0].ports[0] is 0", "it must be at least 1"),
        (
            "edges[1].target.cidrs is ['10.1.0.0/16']",
            "it must stand alone: addresses have no labels, and are in no namespace",
        ),
        ("edges[1].ports is []", "it must have at least one entry"),
        (
            "edges[2].source is {'labels': {'tier': 'web'}}",
            "it must not be called 'web' as {'labels': {'app': 'web'}} is, which has other labels",
        ),
    ]


def test_every_pod_may_ask_the_dns_of_the_cluster_and_nobody_else_there(policies: list[dict[str, object]]) -> None:
    for pod in (WEB, DB, OTHER):
        assert is_allowed(policies, pod, DNS, 53, "UDP")
        assert is_allowed(policies, pod, DNS, 53, "TCP")
        assert not is_allowed(policies, pod, End("kube-system", {"k8s-app": "other"}), 53, "UDP")
        assert not is_allowed(policies, pod, DNS, 80)
