"""A service: what it is asked, how it scales, and how it goes."""

from __future__ import annotations

from typing import Any

from tests.kubernetes.plans import Manifest, container_of, made, pod_of, variables

from scalewright.kubernetes.service import Service

ARGS: dict[str, Any] = {
    "namespace": "ours",
    "image": "shop:1",
    "command": ["serve"],
    "scale": {"min": 2, "max": 6, "metrics": [{"type": "cpu", "utilization": 50}]},
    "probes": {"startup": "/startz", "readiness": "/readyz", "liveness": "/healthz"},
    "drain_seconds": 30,
}


def service(**changes: Any) -> dict[str, Manifest]:
    return made(lambda: Service("orders", {**ARGS, **changes}))


def test_it_is_these_objects_and_no_others() -> None:
    kinds = ["Deployment", "HorizontalPodAutoscaler", "PodDisruptionBudget", "Service", "ServiceAccount"]
    assert sorted(service()) == [f"{kind} orders" for kind in kinds]


def test_the_autoscaler_alone_decides_the_number_of_replicas() -> None:
    found = service()
    assert "replicas" not in found["Deployment orders"]["spec"]
    scaled = found["HorizontalPodAutoscaler orders"]["spec"]
    assert (scaled["minReplicas"], scaled["maxReplicas"]) == (2, 6)
    assert scaled["scaleTargetRef"]["name"] == "orders"


def test_without_metric_or_room_the_number_is_the_least() -> None:
    for scale in ({"min": 2, "max": 6}, {"min": 2, "max": 2, "metrics": [{"type": "cpu", "utilization": 50}]}):
        found = service(scale=scale)
        assert found["Deployment orders"]["spec"]["replicas"] == 2
        assert not [name for name in found if "Scal" in name]


def test_cpu_and_memory_stay_with_the_autoscaler_of_the_cluster() -> None:
    both = [{"type": "cpu", "utilization": 50}, {"type": "memory", "utilization": 80}]
    found = service(scale={"min": 1, "max": 3, "metrics": both})
    metrics = found["HorizontalPodAutoscaler orders"]["spec"]["metrics"]
    assert [(one["resource"]["name"], one["resource"]["target"]["averageUtilization"]) for one in metrics] == [
        ("cpu", 50),
        ("memory", 80),
    ]


def test_any_other_metric_makes_one_scaled_object_that_holds_them_all() -> None:
    metrics = [
        {"type": "cpu", "utilization": 50},
        {"type": "requests", "per_replica": 12.5},
        {"type": "schedule", "start": "0 8 * * 1-5", "end": "0 18 * * 1-5", "replicas": 3, "timezone": "Europe/Berlin"},
    ]
    found = service(scale={"min": 1, "max": 5, "metrics": metrics})
    assert not [name for name in found if name.startswith("HorizontalPodAutoscaler")]
    spec = found["ScaledObject orders"]["spec"]
    assert "cooldownPeriod" not in spec  # it is for those that go to zero
    cpu, requests, schedule = spec["triggers"]
    assert cpu == {"type": "cpu", "metricType": "Utilization", "metadata": {"value": "50"}}
    assert requests == {
        "type": "prometheus",
        "metadata": {
            "serverAddress": "http://prometheus-operated.monitoring.svc:9090",
            "query": 'sum(rate(http_requests_total{namespace="ours",service="orders"}[1m]))',
            "threshold": "12.5",
            "ignoreNullValues": "false",
        },
    }
    assert schedule["metadata"] == {
        "start": "0 8 * * 1-5",
        "end": "0 18 * * 1-5",
        "timezone": "Europe/Berlin",
        "desiredReplicas": "3",
    }


def test_another_prometheus_can_be_named() -> None:
    scale = {"min": 1, "max": 5, "metrics": [{"type": "requests", "per_replica": 10}]}
    [trigger] = service(scale=scale, prometheus="http://mimir:80")["ScaledObject orders"]["spec"]["triggers"]
    assert trigger["metadata"]["serverAddress"] == "http://mimir:80"


def test_the_three_probes_ask_different_things_with_different_patience() -> None:
    container = container_of(service()["Deployment orders"])
    probes = [container[f"{kind}Probe"] for kind in ("startup", "readiness", "liveness")]
    assert [one["httpGet"]["path"] for one in probes] == ["/startz", "/readyz", "/healthz"]
    assert all(one["httpGet"]["port"] == "http" for one in probes)
    patience = [one["periodSeconds"] * one["failureThreshold"] for one in probes]
    assert patience == [120, 10, 30]


def test_a_stopping_replica_has_time_to_leave_the_lists_and_to_drain() -> None:
    for drain in (0, 30, 600):
        deployment = service(drain_seconds=drain)["Deployment orders"]
        leaves = container_of(deployment)["lifecycle"]["preStop"]["sleep"]["seconds"]
        assert leaves > 0
        assert pod_of(deployment)["terminationGracePeriodSeconds"] > leaves + drain


def test_a_replica_that_is_told_nothing_asks_for_enough_to_be_measured_by() -> None:
    resources = container_of(service()["Deployment orders"])["resources"]
    assert (resources["requests"]["cpu"], resources["requests"]["memory"]) == ("100m", "256Mi")
    assert resources["limits"]["memory"] == "256Mi"
    told = {"cpu": "1", "memory": "1Gi", "cpu_limit": "2"}
    resources = container_of(service(resources=told)["Deployment orders"])["resources"]
    assert (resources["requests"]["cpu"], resources["limits"]["cpu"]) == ("1", "2")


def test_a_rollout_takes_no_replica_away_before_another_is_ready() -> None:
    strategy = service()["Deployment orders"]["spec"]["strategy"]
    assert strategy == {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}


def test_replicas_spread_over_zones_and_hosts_by_their_own_release() -> None:
    deployment = service()["Deployment orders"]
    constraints = pod_of(deployment)["topologySpreadConstraints"]
    assert [one["topologyKey"] for one in constraints] == ["topology.kubernetes.io/zone", "kubernetes.io/hostname"]
    for one in constraints:
        assert one["matchLabelKeys"] == ["pod-template-hash"]
        assert one["labelSelector"]["matchLabels"].items() <= deployment["spec"]["selector"]["matchLabels"].items()


def test_the_service_selects_its_pods_by_the_port_that_they_name() -> None:
    found = service()
    port = found["Service orders"]["spec"]["ports"][0]
    assert port["targetPort"] == container_of(found["Deployment orders"])["ports"][0]["name"]
    labels = found["Deployment orders"]["spec"]["template"]["metadata"]["labels"]
    assert found["Service orders"]["spec"]["selector"].items() <= labels.items()
    assert "type" not in found["Service orders"]["spec"]


def test_several_processes_count_together_where_the_pod_may_write() -> None:
    assert "METRICS_DIR" not in variables(service()["Deployment orders"])
    deployment = service(processes=2)["Deployment orders"]
    scratch = next(one for one in container_of(deployment)["volumeMounts"] if one["name"] == "scratch")
    assert variables(deployment)["METRICS_DIR"].startswith(scratch["mountPath"])


def test_secrets_are_files_and_only_their_paths_are_in_the_environment() -> None:
    secret = {"variable": "DATABASE_PASSWORD_FILE", "secret": "db", "key": "password"}
    deployment = service(secrets=[secret])["Deployment orders"]
    path = variables(deployment)["DATABASE_PASSWORD_FILE"]
    [volume] = [one for one in pod_of(deployment)["volumes"] if one["name"] == "secrets"]
    [source] = volume["projected"]["sources"]
    [mount] = [one for one in container_of(deployment)["volumeMounts"] if one["name"] == "secrets"]
    assert path == f"{mount['mountPath']}/{source['secret']['items'][0]['path']}"
    assert source["secret"]["name"] == "db"
    assert mount["readOnly"] is True
