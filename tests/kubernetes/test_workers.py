"""Workers: the command of the contract, scaled by their queues, healthy by a file."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest
from tests.kubernetes.plans import Manifest, container_of, made, pod_of, variables

from scalewright.kubernetes import heartbeat
from scalewright.kubernetes.workers import Workers

if TYPE_CHECKING:
    from pathlib import Path

ARGS: dict[str, Any] = {
    "namespace": "ours",
    "image": "shop:1",
    "app": "shop.worker:celery",
    "queues": ["orders", "mails"],
    "concurrency": 2,
    "longest_task_seconds": 30,
    "scale": {"min": 1, "max": 4, "metrics": [{"type": "backlog", "per_replica": 50}]},
    "broker": {"address": "redis.ours.svc:6379", "secret": "redis", "key": "password"},
}


def workers(**changes: Any) -> dict[str, Manifest]:
    args = {key: value for key, value in {**ARGS, **changes}.items() if value is not None}
    return made(lambda: Workers("orders-worker", args))


def test_they_are_these_objects_and_no_others() -> None:
    kinds = ["Deployment", "PodDisruptionBudget", "ScaledObject", "ServiceAccount", "TriggerAuthentication"]
    assert sorted(workers()) == [f"{kind} orders-worker" for kind in kinds]


def test_the_command_is_that_of_the_contract_and_hides_no_backlog() -> None:
    command = container_of(workers()["Deployment orders-worker"])["command"]
    assert command[:8] == ["python", "-m", "celery", "-A", "shop.worker:celery", "worker", "-Q", "orders,mails"]
    assert command[command.index("-c") + 1] == "2"
    assert "--disable-prefetch" in command


def test_how_long_a_task_may_take_is_told_to_whoever_judges_the_pods() -> None:
    template = workers(longest_task_seconds=90)["Deployment orders-worker"]["spec"]["template"]
    assert template["metadata"]["annotations"] == {"scalewright/longest-task": "90s"}
    assert template["spec"]["terminationGracePeriodSeconds"] > 90


def test_each_queue_is_a_trigger_that_reads_its_list_with_the_password_of_the_secret() -> None:
    found = workers()
    triggers = found["ScaledObject orders-worker"]["spec"]["triggers"]
    assert [one["metadata"]["listName"] for one in triggers] == ["orders", "mails"]
    for one in triggers:
        assert one["type"] == "redis"
        assert one["metadata"]["address"] == "redis.ours.svc:6379"
        assert one["metadata"]["listLength"] == "50"
        assert found[f"TriggerAuthentication {one['authenticationRef']['name']}"]["spec"] == {
            "secretTargetRef": [{"parameter": "password", "name": "redis", "key": "password"}]
        }


def test_the_autoscaler_alone_decides_the_number_of_replicas() -> None:
    found = workers()
    assert "replicas" not in found["Deployment orders-worker"]["spec"]
    spec = found["ScaledObject orders-worker"]["spec"]
    assert (spec["minReplicaCount"], spec["maxReplicaCount"]) == (1, 4)


def test_the_last_worker_stays_until_no_task_can_be_left_with_a_lost_one() -> None:
    metrics = [{"type": "backlog", "per_replica": 50}]
    for longest, cooldown in ((30, 300), (600, 1260)):
        found = workers(scale={"min": 0, "max": 4, "metrics": metrics}, longest_task_seconds=longest)
        spec = found["ScaledObject orders-worker"]["spec"]
        assert spec["minReplicaCount"] == 0
        assert spec["cooldownPeriod"] == cooldown
        assert cooldown > 2 * longest  # the visibility timeout


def test_a_stopping_worker_has_time_for_its_longest_task() -> None:
    for longest in (1, 30, 3600):
        pod = pod_of(workers(longest_task_seconds=longest)["Deployment orders-worker"])
        assert pod["terminationGracePeriodSeconds"] > longest


def test_schedules_and_processor_use_join_the_backlog() -> None:
    metrics = [
        {"type": "backlog", "per_replica": 5},
        {"type": "cpu", "utilization": 70},
        {"type": "schedule", "start": "0 8 * * *", "end": "0 9 * * *", "replicas": 2},
    ]
    found = workers(scale={"min": 1, "max": 4, "metrics": metrics})
    assert [one["type"] for one in found["ScaledObject orders-worker"]["spec"]["triggers"]] == [
        "cpu",
        "redis",
        "redis",
        "cron",
    ]


def test_without_backlog_nobody_looks_at_the_broker() -> None:
    found = workers(scale={"min": 2, "max": 4, "metrics": [{"type": "cpu", "utilization": 70}]}, broker=None)
    assert "HorizontalPodAutoscaler orders-worker" in found
    assert "TriggerAuthentication orders-worker" not in found


def test_the_health_file_is_where_the_pod_may_write_and_where_the_probes_look() -> None:
    deployment = workers()["Deployment orders-worker"]
    file = variables(deployment)["HEALTH_FILE"]
    container = container_of(deployment)
    assert any(file.startswith(mount["mountPath"]) for mount in container["volumeMounts"] if mount["name"] == "scratch")
    ages = {}
    for kind in ("startup", "readiness", "liveness"):
        probe = container[f"{kind}Probe"]
        *_, asked, age = probe["exec"]["command"]
        assert asked == file
        ages[kind] = float(age)
    assert ages["startup"] == ages["readiness"] == 15
    # An outage of the broker, in which nobody touches the file, must not restart every worker.
    assert ages["liveness"] >= 600


@pytest.mark.parametrize(("age", "status"), [(0, 0), (10, 0), (20, 1), (None, 1)])
def test_the_probe_judges_the_age_of_the_file(tmp_path: Path, age: float | None, status: int) -> None:
    file = tmp_path / "health"
    if age is not None:
        file.touch()
        os.utime(file, (time.time() - age,) * 2)
    program, *arguments = heartbeat.probes()["readiness_probe"]["exec_"]["command"]
    assert program == "python"
    command = [sys.executable, *(str(file) if one == heartbeat.FILE else one for one in arguments)]
    assert subprocess.run(command, capture_output=True, check=False).returncode == status
