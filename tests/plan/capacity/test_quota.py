"""What a namespace takes at its most, against its quota and against declared nodes."""

from __future__ import annotations

import yaml
from tests.plan.capacity.manifests import objects

from scalewright.plan.capacity import nodes, quota

HPA = """
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web, namespace: shop}
spec: {scaleTargetRef: {kind: Deployment, name: web}, maxReplicas: 10}
"""
WEB = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  strategy: {rollingUpdate: {maxSurge: 1}}
  template: {spec: {containers: [{name: web, resources: {requests: {cpu: 500m, memory: 1Gi}}}]}}
"""
DATABASE = """
apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: {name: db, namespace: shop}
spec: {instances: 3, storage: {size: 10Gi}, resources: {requests: {cpu: "2"}}}
"""


def limit(**hard: str) -> str:
    spec = {"hard": {name.replace("_", "."): value for name, value in hard.items()}}
    metadata = {"name": "most", "namespace": "shop"}
    return yaml.safe_dump({"apiVersion": "v1", "kind": "ResourceQuota", "metadata": metadata, "spec": spec})


def test_replicas_and_a_rollout_of_them_are_counted_at_the_most() -> None:
    [one] = quota.budgets(objects(limit(requests_cpu="11"), HPA, WEB, DATABASE))
    assert {line.label: line.amount for line in one.lines} == {
        "web": 5000,
        "web, while it is replaced": 500,
        "Cluster db": 6000,
    }
    assert (one.bound, one.unit, one.fits) == (11_000, "millicores", False)
    assert one.remedies == (
        "lower spec.maxReplicas of HorizontalPodAutoscaler web from 10 to 9",
        "raise requests.cpu of ResourceQuota most, in millicores, from 11,000 to 11,500",
    )


def test_poolers_count_while_they_are_replaced_and_jobs_of_keda_at_the_most() -> None:
    asked = "resources: {requests: {cpu: 100m}}"
    pooler = f"""
apiVersion: postgresql.cnpg.io/v1
kind: Pooler
metadata: {{name: pool, namespace: shop}}
spec: {{instances: 3, template: {{spec: {{containers: [{{name: pgbouncer, {asked}}}]}}}}}}
"""
    job = f"""
apiVersion: keda.sh/v1alpha1
kind: ScaledJob
metadata: {{name: job, namespace: shop}}
spec: {{maxReplicaCount: 5, jobTargetRef: {{template: {{spec: {{containers: [{{name: job, {asked}}}]}}}}}}}}
"""
    [one] = quota.budgets(objects(limit(requests_cpu="1"), pooler, job))
    assert {line.label: line.amount for line in one.lines} == {
        "Pooler pool": 300,
        "Pooler pool, while it is replaced": 100,
        "job": 500,
    }


def test_memory_and_disks_are_counted_in_mebibytes_and_pods_by_the_piece() -> None:
    found = quota.budgets(
        objects(limit(requests_memory="20Gi", requests_storage="30Gi", pods="14"), HPA, WEB, DATABASE)
    )
    assert {one.name: (one.total, one.bound) for one in found} == {
        "pods of namespace shop": (14, 14),
        "requests.memory of namespace shop": (11 * 1024, 20 * 1024),
        "requests.storage of namespace shop": (30 * 1024, 30 * 1024),
    }


def test_what_no_number_of_replicas_changes_is_not_added_up() -> None:
    balanced = "{apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop}, spec: {type: LoadBalancer}}"
    assert list(quota.budgets(objects(limit(services_loadbalancers="0", services="0"), WEB, balanced))) == []


def test_a_quota_of_some_pods_only_and_other_namespaces_are_left_out() -> None:
    some = limit(requests_cpu="1").replace("spec:", "spec:\n  scopes: [BestEffort]")
    assert list(quota.budgets(objects(some, WEB))) == []
    assert list(quota.budgets(objects(limit(requests_cpu="1"), WEB.replace("shop", "other")))) == []


def test_what_has_not_the_form_of_its_kind_is_told() -> None:
    broken = WEB.replace("500m", "much").replace("name: web, n", "name: api, n")
    [one] = quota.budgets(objects(limit(pods="9"), WEB, broken))
    assert one.unknown == ("Deployment api: it has not the form of its kind",)


def namespace(count: int) -> str:
    said = f'{{"count": {count}, "cpu": "4", "memory": "16Gi"}}'
    metadata = {"name": "shop", "annotations": {"scalewright/nodes": said}}
    return yaml.safe_dump({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})


def test_declared_nodes_are_a_bound_and_the_largest_pod_must_fit_into_one() -> None:
    found = {one.name: one for one in nodes.budgets(objects(namespace(2), HPA, WEB, DATABASE))}
    assert (found["cpu of all nodes"].total, found["cpu of all nodes"].bound) == (11_500, 8000)
    assert "raise cpu of each of 2 nodes, in millicores, from 4,000 to 5,750" in found["cpu of all nodes"].remedies
    assert found["cpu of one node"].lines[0].label == "the largest pod, of Cluster db"
    assert (found["cpu of one node"].total, found["cpu of one node"].bound) == (2000, 4000)


def test_nodes_that_nobody_declares_are_no_bound() -> None:
    nobody = "{apiVersion: v1, kind: Namespace, metadata: {name: shop}}"
    unreadable = namespace(2).replace("count", "number")
    assert list(nodes.budgets(objects(nobody, WEB))) == list(nodes.budgets(objects(unreadable, WEB))) == []


def test_a_store_of_backups_that_cannot_be_read_hides_nothing_of_others() -> None:
    store = "{apiVersion: barmancloud.cnpg.io/v1, kind: ObjectStore, metadata: {namespace: shop, name: {a: 1}}}"
    [one] = quota.budgets(objects(limit(requests_cpu="100"), WEB, DATABASE, store))
    assert sum(line.amount for line in one.lines) == 1000 + 6000


def test_amounts_may_be_written_as_numbers() -> None:
    web = WEB.replace("cpu: 500m, memory: 1Gi", "cpu: 0.5, memory: 1073741824")
    quotas = limit(requests_cpu="4").replace("'4'", "1.5")
    assert "1.5" in quotas
    [one] = quota.budgets(objects(quotas, HPA, web))
    assert (one.total, one.bound, one.unknown) == (11 * 500, 1500, ())
    namespace = """
apiVersion: v1
kind: Namespace
metadata: {name: shop, annotations: {scalewright/nodes: '{"count": 2, "cpu": 3.5, "memory": "8Gi"}'}}
"""
    assert [one.bound for one in nodes.budgets(objects(namespace, HPA, web))][:2] == [7000, 3500]


def test_what_is_counted_by_the_piece_is_raised_by_the_piece() -> None:
    [one] = quota.budgets(objects(limit(pods="1"), WEB))
    assert one.remedies == ("raise pods of ResourceQuota most from 1 to 2",)
