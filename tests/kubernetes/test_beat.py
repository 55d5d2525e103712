"""Celery beat: never two."""

from __future__ import annotations

from tests.kubernetes.plans import container_of, made, variables

from scalewright.kubernetes.beat import Beat


def test_the_old_one_ends_before_the_new_one_begins() -> None:
    found = made(lambda: Beat("orders-beat", {"namespace": "ours", "image": "shop:1", "app": "shop.worker:celery"}))
    spec = found["Deployment orders-beat"]["spec"]
    assert (spec["replicas"], spec["strategy"]) == (1, {"type": "Recreate"})


def test_it_writes_only_where_the_pod_may() -> None:
    found = made(lambda: Beat("orders-beat", {"namespace": "ours", "image": "shop:1", "app": "shop.worker:celery"}))
    deployment = found["Deployment orders-beat"]
    command = container_of(deployment)["command"]
    assert command[:6] == ["python", "-m", "celery", "-A", "shop.worker:celery", "beat"]
    [scratch] = [one["mountPath"] for one in container_of(deployment)["volumeMounts"]]
    assert command[command.index("--schedule") + 1].startswith(f"{scratch}/")
    assert command[command.index("--pidfile") + 1] == ""  # no file at all
    assert variables(deployment)["HEALTH_FILE"].startswith(f"{scratch}/")
