"""Which addons objects need."""

from __future__ import annotations

from typing import Any

import pytest

from scalewright.plan.operators import operator, operators


def manifest(api_version: str, kind: str, **spec: Any) -> dict[str, Any]:
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": "one"}, "spec": spec}


@pytest.mark.parametrize(
    ("api_version", "name"),
    [
        ("postgresql.cnpg.io/v1", "cloudnative-pg"),
        ("barmancloud.cnpg.io/v1", "barman-cloud"),
        ("keda.sh/v1alpha1", "keda"),
        ("kafka.strimzi.io/v1", "strimzi"),
        ("cert-manager.io/v1", "cert-manager"),
        ("gateway.networking.k8s.io/v1", "gateway-api"),
        ("traefik.io/v1alpha1", "traefik"),
        ("monitoring.coreos.com/v1", "monitoring"),
    ],
)
def test_an_api_group_tells_who_brings_it(api_version: str, name: str) -> None:
    assert operator(api_version) == name


@pytest.mark.parametrize("api_version", ["v1", "apps/v1", "batch/v1", "networking.k8s.io/v1", "policy/v1"])
def test_what_every_cluster_has_needs_none(api_version: str) -> None:
    assert operator(api_version) is None


def test_each_addon_is_told_once_with_all_kinds_that_need_it() -> None:
    objects = [
        manifest("keda.sh/v1alpha1", "TriggerAuthentication"),
        manifest("keda.sh/v1alpha1", "ScaledObject", triggers=[{"type": "redis"}]),
        manifest("keda.sh/v1alpha1", "ScaledObject", triggers=[{"type": "cron"}]),
        manifest("apps/v1", "Deployment"),
    ]
    assert operators(objects) == {"keda": ["ScaledObject", "TriggerAuthentication"]}


def test_a_gateway_needs_who_serves_its_class_where_that_is_an_addon() -> None:
    group = "gateway.networking.k8s.io/v1"
    assert operators([manifest(group, "Gateway", gatewayClassName="traefik")]) == {
        "gateway-api": ["Gateway"],
        "traefik": ["Gateway"],
    }
    assert operators([manifest(group, "Gateway", gatewayClassName="cilium")]) == {"gateway-api": ["Gateway"]}


def test_what_scales_by_resources_needs_their_metrics_and_by_requests_prometheus() -> None:
    assert operators([manifest("autoscaling/v2", "HorizontalPodAutoscaler")]) == {
        "metrics-server": ["HorizontalPodAutoscaler"]
    }
    for trigger, needed in (("cpu", "metrics-server"), ("memory", "metrics-server"), ("prometheus", "monitoring")):
        scaled = manifest("keda.sh/v1alpha1", "ScaledObject", triggers=[{"type": trigger}])
        assert list(operators([scaled])) == ["keda", needed]
