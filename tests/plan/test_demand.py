"""What objects take of a namespace at their fewest replicas."""

from __future__ import annotations

from typing import Any

from scalewright.plan.demand import amount, demands


def manifest(kind: str, name: str = "one", **spec: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": name}, "spec": spec}


def container(cpu: str = "100m", memory: str = "256Mi") -> dict[str, Any]:
    return {"name": "c", "resources": {"requests": {"cpu": cpu, "memory": memory}, "limits": {"memory": memory}}}


def workload(kind: str, name: str = "one", *containers: dict[str, Any], **spec: Any) -> dict[str, Any]:
    pod = {"containers": list(containers) or [container()]}
    return manifest(kind, name, template={"spec": pod}, **spec)


def texts(demand: dict[str, Any]) -> dict[str, str]:
    return {name: str(one) for name, one in demand.items()}


def test_a_deployment_takes_its_replicas_times_its_containers() -> None:
    found = demands([workload("Deployment", "web", container(), container("50m", "64Mi"), replicas=3)])
    assert texts(found["Deployment web"]) == {
        "pods": "3",
        "requests.cpu": "450m",
        "requests.memory": "960Mi",
        "limits.memory": "960Mi",
    }


def test_an_autoscaler_tells_the_fewest_and_one_of_keda_may_go_to_none() -> None:
    web, worker = workload("Deployment", "web"), workload("Deployment", "worker")
    target = {"kind": "Deployment", "name": "web"}
    scalers = [
        manifest("HorizontalPodAutoscaler", scaleTargetRef=target, minReplicas=2),
        manifest("ScaledObject", scaleTargetRef={"name": "worker"}),
    ]
    found = demands([web, worker, *scalers])
    assert str(found["Deployment web"]["pods"]) == "2"
    assert str(found["Deployment worker"]["pods"]) == "0"


def test_what_has_a_limit_only_asks_for_that() -> None:
    found = demands([workload("Job", "one", {"name": "c", "resources": {"limits": {"cpu": "2"}}})])
    assert texts(found["Job one"]) == {"pods": "1", "limits.cpu": "2", "requests.cpu": "2"}


def test_a_container_that_runs_before_the_others_counts_where_it_asks_for_more() -> None:
    one = workload("Job", "one", container("100m", "256Mi"))
    one["spec"]["template"]["spec"]["initContainers"] = [container("500m", "64Mi")]
    found = demands([one])["Job one"]
    assert (str(found["requests.cpu"]), str(found["requests.memory"])) == ("500m", "256Mi")


def test_disks_are_counted_and_added_up() -> None:
    claim = {"spec": {"resources": {"requests": {"storage": "10Gi"}}}}
    found = demands([workload("StatefulSet", "redis", replicas=3, volumeClaimTemplates=[claim])])
    assert texts(found["StatefulSet redis"]) | {"persistentvolumeclaims": "3", "requests.storage": "30Gi"} == texts(
        found["StatefulSet redis"]
    )


def test_what_operators_make_counts_as_the_pods_and_disks_that_it_becomes() -> None:
    asked = container()["resources"]
    database = manifest("Cluster", "db", instances=3, storage={"size": "20Gi"}, resources=asked)
    pooler = manifest("Pooler", "pool", instances=2, template={"spec": {"containers": [container()]}})
    volumes = [{"type": "persistent-claim", "size": "50Gi"}]
    nodes = manifest("KafkaNodePool", "nodes", replicas=3, resources=asked, storage={"volumes": volumes})
    found = demands([database, pooler, nodes])
    assert [str(found[name]["pods"]) for name in found] == ["3", "2", "3"]
    assert str(found["Cluster db"]["requests.storage"]) == "60Gi"
    assert str(found["KafkaNodePool nodes"]["requests.storage"]) == "150Gi"


def test_what_operators_put_beside_counts_too() -> None:
    asked = container()["resources"]
    plugin = {"name": "barman-cloud.cloudnative-pg.io", "parameters": {"barmanObjectName": "backup"}}
    database = manifest("Cluster", "db", instances=3, storage={"size": "20Gi"}, resources=asked, plugins=[plugin])
    store = manifest("ObjectStore", "backup", instanceSidecarConfiguration={"resources": asked})
    assert str(demands([database])["Cluster db"]["requests.memory"]) == "768Mi"
    assert str(demands([database, store])["Cluster db"]["requests.memory"]) == "1536Mi"
    assert "ObjectStore backup" not in demands([database, store])
    kafka = manifest("Kafka", "events", entityOperator={"topicOperator": {"resources": asked}, "userOperator": {}})
    assert texts(demands([kafka])["Kafka events"]) == {
        "pods": "1",
        "requests.cpu": "100m",
        "requests.memory": "256Mi",
        "limits.memory": "256Mi",
    }
    assert demands([manifest("Kafka", "events", kafka={})]) == {}


def test_a_quota_may_call_requests_by_their_short_names() -> None:
    found = demands([workload("Job")])["Job one"]
    assert amount(found, "cpu") == amount(found, "requests.cpu") == found["requests.cpu"]
    assert not amount(found, "requests.nvidia.com/gpu")


def test_objects_that_a_quota_counts_are_counted() -> None:
    found = demands([manifest("Service", "web", type="LoadBalancer"), manifest("ConfigMap", "settings")])
    assert texts(found["Service web"]) == {"services": "1", "services.loadbalancers": "1"}
    assert texts(found["ConfigMap settings"]) == {"configmaps": "1"}
