"""What runs more than once, and whether all of it may go at the same time: beyond the examples of the rules."""

from __future__ import annotations

import pytest
from tests.policies.examples import judged

from scalewright_policies.reliability.autoscaled_replicas import RULE as ALONE
from scalewright_policies.reliability.autoscaler_bounds import RULE as BOUNDS
from scalewright_policies.reliability.autoscaler_minimum import RULE as MINIMUM
from scalewright_policies.reliability.disruption_budget_permits import RULE as PERMITS
from scalewright_policies.reliability.disruption_budget_present import RULE as PRESENT
from scalewright_policies.reliability.minimum_replicas import RULE as REPLICAS
from scalewright_policies.reliability.topology_spread import RULE as SPREAD

SERVICE = """
---
apiVersion: v1
kind: Service
metadata: {name: api}
spec: {selector: {app: api}, ports: [{name: http, port: 80}]}
"""


def workload(replicas: int | None, pod: str = "{}", *, kind: str = "Deployment") -> str:
    number = "" if replicas is None else f"replicas: {replicas}, "
    return f"""
---
apiVersion: apps/v1
kind: {kind}
metadata: {{name: api}}
spec: {{{number}template: {{metadata: {{labels: {{app: api}}}}, spec: {pod}}}}}
"""


def budget(figures: str) -> str:
    return f"""
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {{name: api}}
spec: {{{figures}, selector: {{matchLabels: {{app: api}}}}}}
"""


def scaled(spec: str) -> str:
    return f"""
---
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata: {{name: api}}
spec: {{scaleTargetRef: {{name: api}}, {spec}}}
"""


def running(command: str) -> str:
    return f"{{containers: [{{name: main, command: [{command}]}}]}}"


@pytest.mark.parametrize(
    "command",
    [
        "celery, -A, shop, worker, -Q, orders",
        "/venv/bin/python, -m, celery, -A, shop, worker",
        'sh, -c, "exec celery -A shop worker"',
        "rq, worker, default",
        "dramatiq, shop.tasks",
    ],
)
def test_what_works_off_a_queue_runs_twice(command: str) -> None:
    assert judged(REPLICAS, workload(1, running(command)))
    assert not judged(REPLICAS, workload(2, running(command)))


@pytest.mark.parametrize(
    "command",
    [
        "celery, -A, shop, beat",
        "celery, -A, shop, worker, -B",  # sends what is due besides, and so may be there only once
        "python, -m, shop.relay",
        "celery, -A, shop, flower",
    ],
)
def test_what_nobody_waits_for_may_run_once(command: str) -> None:
    assert not judged(REPLICAS, workload(1, running(command)))


def test_a_service_for_monitoring_alone_makes_nobody_wait() -> None:
    metrics = SERVICE.replace("name: http", "name: http-metrics")
    assert judged(REPLICAS, workload(1) + SERVICE)
    assert not judged(REPLICAS, workload(1) + metrics)
    assert not judged(MINIMUM, workload(None) + metrics + scaled("minReplicaCount: 0"))


def test_a_service_without_a_selector_leads_nowhere() -> None:
    assert not judged(REPLICAS, workload(1) + SERVICE.replace("{app: api}", "{}"))


def test_what_keeps_something_of_its_own_is_not_repeated_by_a_second_replica() -> None:
    disk = "{volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]}"
    assert not judged(REPLICAS, workload(1, disk) + SERVICE)
    assert not judged(REPLICAS, workload(1, kind="StatefulSet") + SERVICE)


def test_what_is_switched_off_is_let_be() -> None:
    assert not judged(REPLICAS, workload(0) + SERVICE)


def test_an_autoscaler_that_says_no_minimum_has_that_of_its_kind() -> None:
    [said] = judged(MINIMUM, workload(None) + SERVICE + scaled("maxReplicaCount: 9"))
    assert "the fewest replicas are 0" in said
    assert not judged(MINIMUM, workload(None) + SERVICE + scaled("minReplicaCount: 2"))


def test_what_keda_lets_rest_is_below_its_minimum() -> None:
    [said] = judged(MINIMUM, workload(None) + SERVICE + scaled("minReplicaCount: 2, idleReplicaCount: 0"))
    assert "the fewest replicas are 0" in said
    assert not judged(PRESENT, workload(None) + budget("maxUnavailable: 1") + scaled("idleReplicaCount: 0"))


def test_a_maximum_of_none_is_below_one_whatever_the_minimum_is() -> None:
    [said] = judged(BOUNDS, scaled("minReplicaCount: 0, maxReplicaCount: 0"))
    assert said.endswith("maxReplicaCount is 0; at least 1")


def test_workers_may_be_scaled_to_none() -> None:
    assert not judged(MINIMUM, workload(None, running("celery, worker")) + scaled("minReplicaCount: 0"))


def test_the_most_replicas_that_keda_makes_are_a_hundred_unless_it_is_told() -> None:
    assert judged(BOUNDS, scaled("minReplicaCount: 101"))
    assert not judged(BOUNDS, scaled("minReplicaCount: 100"))
    assert judged(BOUNDS, scaled("minReplicaCount: 0, maxReplicaCount: 0"))


def test_of_two_autoscalers_of_one_workload_one_is_too_many() -> None:
    another = """
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: api}
spec: {maxReplicas: 9, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: api}}
"""
    [said] = judged(ALONE, workload(None) + scaled("minReplicaCount: 2") + another)
    assert "is scaled by HorizontalPodAutoscaler api too" in said
    assert not judged(ALONE, workload(None) + scaled("minReplicaCount: 2") + another.replace("name: api", "name: web"))


def test_what_an_autoscaler_may_make_two_of_needs_a_budget() -> None:
    assert judged(PRESENT, workload(None) + scaled("minReplicaCount: 2"))
    assert not judged(PRESENT, workload(None) + scaled("minReplicaCount: 1"))
    assert not judged(PRESENT, workload(None) + scaled("minReplicaCount: 2") + budget("maxUnavailable: 1"))


def test_a_budget_of_another_namespace_is_none() -> None:
    elsewhere = budget("maxUnavailable: 1").replace("{name: api}", "{name: api, namespace: elsewhere}")
    assert judged(PRESENT, workload(2) + elsewhere)


@pytest.mark.parametrize(
    ("figures", "replicas", "permits"),
    [
        ("maxUnavailable: 1", 1, True),
        ("maxUnavailable: 1%", 3, True),  # rounded up to one
        ("maxUnavailable: 0%", 3, False),
        ('maxUnavailable: "0"', 3, False),
        ("minAvailable: 1", 1, False),
        ("minAvailable: 1", 2, True),
        ("minAvailable: 50%", 2, True),
        ("minAvailable: 51%", 2, False),  # rounded up to two
        ("minAvailable: 67%", 3, False),
        ("minAvailable: 66%", 3, True),
        ("minAvailable: 100%", 9, False),
        ("unhealthyPodEvictionPolicy: AlwaysAllow", 3, False),
    ],
)
def test_a_budget_permits_what_the_disruption_controller_works_out(figures: str, replicas: int, permits: bool) -> None:
    assert bool(judged(PERMITS, workload(replicas) + budget(figures))) is not permits


def test_a_budget_is_judged_at_the_fewest_replicas_and_at_one_where_those_are_none() -> None:
    text = workload(None) + scaled("minReplicaCount: 0, maxReplicaCount: 9")
    assert judged(PERMITS, text + budget("minAvailable: 1"))
    assert not judged(PERMITS, text + budget("maxUnavailable: 1"))


def test_of_pods_that_an_operator_makes_only_all_and_nothing_are_judged() -> None:
    assert not judged(PERMITS, budget("minAvailable: 2"))
    assert not judged(PERMITS, budget("maxUnavailable: 1"))
    assert judged(PERMITS, budget("minAvailable: 100%"))
    assert judged(PERMITS, budget("maxUnavailable: 0"))


def test_of_two_budgets_of_one_pod_one_is_too_many() -> None:
    another = budget("maxUnavailable: 1").replace("name: api", "name: other").replace("{matchLabels: {app: api}}", "{}")
    [said] = judged(PERMITS, workload(3) + budget("maxUnavailable: 1") + another)
    assert "Deployment api is selected by api and other" in said
    elsewhere = another.replace("name: other", "name: other, namespace: other")
    assert not judged(PERMITS, workload(3) + budget("maxUnavailable: 1") + elsewhere)


HOST, ZONE = "kubernetes.io/hostname", "topology.kubernetes.io/zone"


def constraint(key: str, when: str) -> str:
    term = f"topologyKey: {key}, whenUnsatisfiable: {when}, labelSelector: {{matchLabels: {{app: api}}}}"
    return f"{{topologySpreadConstraints: [{{maxSkew: 1, {term}}}]}}"


def affinity(key: str, *, required: bool) -> str:
    term = f"{{topologyKey: {key}, labelSelector: {{matchLabels: {{app: api}}}}}}"
    if required:
        return f"{{affinity: {{podAntiAffinity: {{requiredDuringSchedulingIgnoredDuringExecution: [{term}]}}}}}}"
    weighted = f"{{weight: 1, podAffinityTerm: {term}}}"
    return f"{{affinity: {{podAntiAffinity: {{preferredDuringSchedulingIgnoredDuringExecution: [{weighted}]}}}}}}"


@pytest.mark.parametrize(
    ("pod", "apart"),
    [
        (constraint(HOST, "ScheduleAnyway"), True),
        (constraint(ZONE, "DoNotSchedule"), True),
        (constraint(ZONE, "ScheduleAnyway"), False),  # a cluster of one zone: both on one host
        (affinity(HOST, required=False), True),
        (affinity(ZONE, required=True), True),
        (affinity(ZONE, required=False), False),
        ("{}", False),
    ],
)
def test_replicas_are_apart_where_no_host_takes_two_without_need(pod: str, apart: bool) -> None:
    assert bool(judged(SPREAD, workload(2, pod))) is not apart
    assert not judged(SPREAD, workload(1, pod))
