"""What Prometheus and Grafana are told, and that it fits what they look at."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.kubernetes import definitions
from tests.kubernetes.plans import made, objects
from tests.kubernetes.test_arguments import mistakes

from scalewright.kubernetes.observability import Observability

ARGS: dict[str, Any] = {
    "namespace": "ours",
    "services": ["orders"],
    "rules": [{"alert": "Slow", "expr": "up == 0"}],
    "dashboard": "{}",
    "labels": {"release": "prometheus"},
}


@pytest.mark.parametrize("environment", ["staging", "prod"])
def test_the_monitor_of_a_service_selects_its_service_and_a_port_of_it(environment: str) -> None:
    found = objects(environment)
    spec = found["ServiceMonitor orders"]["spec"]
    chosen = spec["selector"]["matchLabels"].items()
    selected = [
        one
        for name, one in found.items()
        if name.startswith("Service ") and chosen <= one["metadata"]["labels"].items()
    ]
    [service] = selected
    [endpoint] = spec["endpoints"]
    # The Prometheus operator makes the label `service` of this name, by which rules and pictures choose.
    assert service["metadata"]["name"] == "orders"
    assert endpoint["port"] in {port["name"] for port in service["spec"]["ports"]}
    assert endpoint["path"] == "/metrics"


def test_an_environment_without_observability_has_none_of_it() -> None:
    kinds = {one["kind"] for one in objects("dev").values()}
    assert not kinds & {"ServiceMonitor", "PodMonitor", "PrometheusRule"}
    assert not [name for name in objects("dev") if "dashboard" in name]


def test_production_promises_three_nines_and_shows_itself() -> None:
    found = objects("prod")
    [group] = found["PrometheusRule observability"]["spec"]["groups"]
    burning = [one for one in group["rules"] if one["alert"] == "OrdersErrorBudgetBurn"]
    assert [one["labels"]["window"] for one in burning] == ["1h", "6h", "3d"]
    assert all("* 0.001 " in one["expr"] for one in burning)
    page = found["ConfigMap observability-dashboard"]
    assert page["metadata"]["labels"]["grafana_dashboard"] == "1"
    [text] = page["data"].values()
    assert json.loads(text)["title"] == "shop-prod"


def test_objects_have_the_labels_by_which_prometheus_may_look_for_them() -> None:
    found = made(lambda: Observability("observability", ARGS))  # type: ignore[arg-type]
    for name in ("ServiceMonitor orders", "PrometheusRule observability"):
        assert found[name]["metadata"]["labels"]["release"] == "prometheus"
    if definitions.FOLDER.exists():
        judged = [one for one in found.values() if one["kind"] != "ConfigMap"]
        assert [mistake for one in judged for mistake in definitions.mistakes(one)] == []


def test_without_rules_and_dashboard_there_are_monitors_alone() -> None:
    found = made(lambda: Observability("observability", {"namespace": "ours", "services": ["orders"], "rules": []}))
    assert list(found) == ["ServiceMonitor orders"]


def test_mistakes_come_before_anything_is_made() -> None:
    said = mistakes(Observability, {"namespace": "ours", "services": ["My_Service"], "rule": []}, "observability")
    assert [line.partition("; ")[0] for line in said] == [
        "Observability 'observability': rule is not a setting",
        "Observability 'observability': services[0] is 'My_Service'",
    ]
