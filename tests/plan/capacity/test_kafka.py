"""Consumers of a group against the partitions of its topic."""

from __future__ import annotations

from tests.plan.capacity.manifests import annotated, deployment, objects

from scalewright.plan.capacity import kafka

TOPIC = (
    "{apiVersion: kafka.strimzi.io/v1, kind: KafkaTopic, metadata: {name: t}, spec: {topicName: orders, partitions: 6}}"
)
KEDA = """
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata: {name: billing}
spec:
  scaleTargetRef: {name: billing}
  maxReplicaCount: 9
  triggers: [{type: kafka, metadata: {topic: orders, consumerGroup: g}}]
"""


def test_a_trigger_of_keda_names_topic_and_group() -> None:
    [one] = kafka.budgets(objects(TOPIC, KEDA, deployment("billing", "python", "-m", "billing")))
    assert (one.name, one.total, one.bound) == ("consumers of topic orders in group g", 9, 6)
    assert one.remedies == (
        "lower spec.maxReplicaCount of ScaledObject billing from 9 to 6",
        "raise partitions of KafkaTopic t from 6 to 9",
    )


def test_an_annotation_names_topics_and_each_process_consumes() -> None:
    worker = annotated(deployment("worker", "uvicorn", "a:b", "--workers", "3", replicas=2), consumes="orders, other")
    [one] = kafka.budgets(objects(TOPIC, worker))
    assert (one.total, one.fits) == (6, True)


def test_who_consumes_nothing_that_is_named_is_in_no_sum() -> None:
    assert list(kafka.budgets(objects(TOPIC, deployment("web", "uvicorn", "a:b")))) == []
