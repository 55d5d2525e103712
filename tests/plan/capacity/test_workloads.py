"""How many pods there can be, by what scales them."""

from __future__ import annotations

import pytest
from tests.plan.capacity.manifests import deployment, objects

from scalewright.plan.capacity.workloads import Workload, workloads

HPA = """
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec: {scaleTargetRef: {kind: Deployment, name: web}, minReplicas: 3, maxReplicas: 10}
"""
KEDA = """
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata: {name: web}
spec: {scaleTargetRef: {name: web}, %s}
"""


def only(*texts: str) -> Workload:
    [found] = workloads(objects(*texts))
    return found


def test_replicas_are_those_of_the_workload_where_nothing_scales_it() -> None:
    found = only(deployment("web", replicas=4))
    assert (found.most, found.knob) == (4, "spec.replicas of Deployment web")


def test_an_autoscaler_tells_the_most_and_the_fewest_whatever_the_order() -> None:
    for texts in ((HPA, deployment("web", replicas=4)), (deployment("web", replicas=4), HPA)):
        found = only(*texts)
        assert (found.most, found.fewest, found.knob) == (10, 3, "spec.maxReplicas of HorizontalPodAutoscaler web")


def test_keda_has_defaults_of_its_own() -> None:
    assert only(deployment("web"), KEDA % "maxReplicaCount: 7, minReplicaCount: 1").most == 7
    found = only(deployment("web"), KEDA % "minReplicaCount: null")
    assert (found.most, found.fewest) == (100, 0)


@pytest.mark.parametrize(
    ("strategy", "more"),
    [
        ("{}", 3),  # a quarter, rounded up
        ("{rollingUpdate: {maxSurge: 2}}", 2),
        ("{rollingUpdate: {maxSurge: '50%'}}", 5),
        ("{rollingUpdate: {maxSurge: 0}}", 0),
        ("{type: Recreate}", 0),
    ],
)
def test_a_rolling_update_makes_more(strategy: str, more: int) -> None:
    text = f"""
apiVersion: apps/v1
kind: Deployment
metadata: {{name: web}}
spec: {{replicas: 10, strategy: {strategy}, template: {{}}}}
"""
    assert only(text).more == more


def test_a_stateful_set_replaces_pods_in_their_place() -> None:
    assert only(deployment("db", kind="StatefulSet", replicas=3)).more == 0


def test_a_job_has_as_many_pods_as_run_at_once() -> None:
    found = only("{apiVersion: batch/v1, kind: Job, metadata: {name: one}, spec: {parallelism: 5, template: {}}}")
    assert (found.most, found.ends) == (5, True)


@pytest.mark.parametrize(
    ("spec", "most", "knob"),
    [
        ("maxReplicaCount: 50, jobTargetRef: {template: {}}", 50, "spec.maxReplicaCount of ScaledJob one"),
        ("maxReplicaCount: 50, jobTargetRef: {parallelism: 2, template: {}}", 100, ""),
        ("jobTargetRef: {template: {}}", 100, "spec.maxReplicaCount of ScaledJob one"),
    ],
)
def test_keda_makes_jobs_up_to_a_number(spec: str, most: int, knob: str) -> None:
    found = only(f"{{apiVersion: keda.sh/v1alpha1, kind: ScaledJob, metadata: {{name: one}}, spec: {{{spec}}}}}")
    assert (found.most, found.knob, found.ends) == (most, knob, True)
