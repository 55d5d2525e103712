"""Why the rules of data are ours: the judges of others accept custom resources that lose it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import kubernetes_validate
import pytest
from tests.kubernetes.judges import JUDGES, VERSION, judged
from tests.policies.mutation import REMOVED, Mutation, broken

from scalewright.plan.operators import operator
from scalewright.plan.policy import Objects, check
from scalewright.program import plan
from scalewright_policies import RULES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.plan.policy import Subject

ROOT = Path(__file__).parents[3]
OURS = [one for one in RULES if one.group == "reliability"]
LOSING_DATA = (
    Mutation("postgres-instances", "Cluster postgres", "spec.instances", 1),
    Mutation("postgres-durability", "Cluster postgres", "spec.postgresql.synchronous", REMOVED),
    Mutation("postgres-backups", "Cluster postgres", "spec.plugins", REMOVED),
    Mutation("postgres-superuser", "Cluster postgres", "spec.enableSuperuserAccess", True),
    Mutation("requests-set", "Cluster postgres", "spec.resources", REMOVED),
    Mutation("kafka-brokers", "KafkaNodePool events-nodes", "spec.replicas", 1),
    Mutation("data-retained", "KafkaNodePool events-nodes", "spec.storage.volumes[0].deleteClaim", True),
    Mutation("kafka-replication-factor", "KafkaTopic events-orders", "spec.replicas", 1),
    Mutation("kafka-min-insync-replicas", "Kafka events", 'spec.kafka.config["min.insync.replicas"]', 1),
    Mutation(
        "disruption-budget-permits",
        "Kafka events",
        "spec.kafka.template",
        {
            "podDisruptionBudget": {"maxUnavailable": 0},
        },
    ),
    Mutation(
        "object-store-safe", "ObjectStore postgres-backup", "spec.configuration.endpointURL", "http://s3.example.com"
    ),
)


@pytest.fixture(scope="module")
def accepted() -> Objects:
    return Objects.of_plan(plan(ROOT, "prod"))


@pytest.fixture(scope="module")
def losing(accepted: Objects) -> Objects:
    for one in LOSING_DATA:
        accepted = broken(accepted, one)
    return accepted


def test_our_rules_name_each_field_by_which_custom_resources_lose_data(losing: Objects) -> None:
    assert {one.rule for one in check(losing, OURS).findings} == {one.rule for one in LOSING_DATA}


@pytest.mark.parametrize("judge", JUDGES)
def test_a_judge_of_others_says_of_them_what_it_says_of_those_that_lose_nothing(
    judge: str, accepted: Objects, losing: Objects
) -> None:
    before, after = (judged(judge, [one.manifest for one in objects.all]) for objects in (accepted, losing))
    assert after == before


def test_the_schemas_of_kubernetes_know_none_of_them(losing: Objects) -> None:
    found = list(_custom(losing))
    assert {one.kind for one in found} >= {one.subject.split()[0] for one in LOSING_DATA}
    for one in found:
        with pytest.raises(kubernetes_validate.SchemaNotFoundError):
            kubernetes_validate.validate(one.manifest, VERSION, strict=True)


def _custom(objects: Objects) -> Iterator[Subject]:
    return (one for one in objects.all if operator(one.manifest["apiVersion"]) is not None)
