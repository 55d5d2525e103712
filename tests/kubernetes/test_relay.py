"""The relay of an outbox: one, and for a moment two."""

from __future__ import annotations

from tests.kubernetes.plans import container_of, made, variables

from scalewright.kubernetes.relay import Relay


def test_it_is_one_that_is_replaced_without_a_pause_and_healthy_by_its_file() -> None:
    found = made(
        lambda: Relay(
            "orders-relay",
            {"namespace": "ours", "image": "shop:1", "command": ["python", "-m", "shop.orders.relay"]},
        )
    )
    assert sorted(found) == [f"{kind} orders-relay" for kind in ("Deployment", "PodDisruptionBudget", "ServiceAccount")]
    deployment = found["Deployment orders-relay"]
    assert deployment["spec"]["replicas"] == 1
    assert deployment["spec"]["strategy"]["rollingUpdate"] == {"maxSurge": 1, "maxUnavailable": 0}
    assert container_of(deployment)["command"] == ["python", "-m", "shop.orders.relay"]
    assert variables(deployment)["HEALTH_FILE"] in container_of(deployment)["livenessProbe"]["exec"]["command"]
