"""What holds data: beyond the examples of the rules."""

from __future__ import annotations

import pytest
import yaml
from tests.policies.examples import judged

from scalewright.plan.policy import Objects, Options, Rule, Subject, check
from scalewright_policies.reliability.data_retained import RULE as RETAINED
from scalewright_policies.reliability.kafka_brokers import RULE as BROKERS
from scalewright_policies.reliability.kafka_min_insync_replicas import RULE as IN_SYNC
from scalewright_policies.reliability.kafka_replication_factor import RULE as COPIES
from scalewright_policies.reliability.object_store_safe import RULE as STORE
from scalewright_policies.reliability.postgres_backups import RULE as BACKUPS
from scalewright_policies.reliability.postgres_durability import RULE as DURABILITY


def cluster(spec: str, annotations: str = "{}") -> str:
    return f"""
apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: {{name: postgres, annotations: {annotations}}}
spec: {{{spec}}}
"""


def synchronous(instances: int, number: int) -> str:
    return f"instances: {instances}, postgresql: {{synchronous: {{method: any, number: {number}}}}}"


def test_durability_is_required_unless_it_is_said() -> None:
    annotations = '{alpha.cnpg.io/failoverQuorum: "true"}'  # the field's name before it had one
    assert not judged(DURABILITY, cluster(synchronous(3, 1), annotations))


@pytest.mark.parametrize(("instances", "number", "safe"), [(3, 1, False), (3, 2, True), (2, 1, True), (5, 3, False)])
def test_a_failover_is_safe_where_every_replica_has_all(instances: int, number: int, safe: bool) -> None:
    assert bool(judged(DURABILITY, cluster(synchronous(instances, number)))) is not safe


def test_a_cluster_of_another_group_is_not_one_of_postgresql() -> None:
    assert not judged(DURABILITY, cluster("instances: 1").replace("postgresql.cnpg.io/v1", "cluster.x-k8s.io/v1beta1"))


def schedule(spec: str) -> str:
    return f"""
---
apiVersion: postgresql.cnpg.io/v1
kind: ScheduledBackup
metadata: {{name: nightly}}
spec: {{cluster: {{name: postgres}}, {spec}}}
"""


ARCHIVED = "plugins: [{name: barman, isWALArchiver: true}], backup: {volumeSnapshot: {className: fast}}"


@pytest.mark.parametrize(
    ("spec", "backed_up"),
    [
        ("method: plugin, pluginConfiguration: {name: barman}", True),
        ("method: plugin, pluginConfiguration: {name: another}", False),
        ("method: volumeSnapshot", True),
        ("method: barmanObjectStore", False),
        ("method: volumeSnapshot, suspend: true", False),
    ],
)
def test_a_schedule_counts_where_the_cluster_has_what_it_needs(spec: str, backed_up: bool) -> None:
    assert bool(judged(BACKUPS, cluster(ARCHIVED) + schedule(spec))) is not backed_up


def test_one_schedule_that_works_is_enough() -> None:
    both = schedule("suspend: true").replace("nightly", "former") + schedule("method: volumeSnapshot")
    assert not judged(BACKUPS, cluster(ARCHIVED) + both)


def test_snapshots_alone_bring_nothing_back_to_a_moment() -> None:
    [said] = judged(
        BACKUPS, cluster("backup: {volumeSnapshot: {className: fast}}") + schedule("method: volumeSnapshot")
    )
    assert "nothing archives" in said


def kafka(kind: str, spec: str, name: str = "events") -> str:
    return f"""
---
apiVersion: kafka.strimzi.io/v1
kind: {kind}
metadata: {{name: {name}, labels: {{strimzi.io/cluster: events}}}}
spec: {{{spec}}}
"""


def test_brokers_and_controllers_of_all_pools_are_added_up() -> None:
    controllers = kafka("KafkaNodePool", "replicas: 1, roles: [controller]", "first")
    brokers = kafka("KafkaNodePool", "replicas: 3, roles: [broker]", "second")
    [said] = judged(BROKERS, kafka("Kafka", "") + controllers + brokers)
    assert "1 nodes with the role controller" in said
    assert not judged(BROKERS, kafka("Kafka", "") + controllers.replace("replicas: 1", "replicas: 3") + brokers)


def test_of_pools_that_are_not_in_the_plan_nothing_is_known() -> None:
    assert not judged(BROKERS, kafka("Kafka", ""))


def test_a_topic_that_says_nothing_has_what_the_brokers_say() -> None:
    assert not judged(COPIES, kafka("KafkaTopic", "partitions: 3"))
    assert not judged(IN_SYNC, kafka("KafkaTopic", "partitions: 3, replicas: 3"))


@pytest.mark.parametrize(("copies", "in_sync", "right"), [(3, 2, True), (3, 3, False), (3, 1, False), (5, 3, True)])
def test_one_broker_may_be_away_and_one_disk_be_lost(copies: int, in_sync: int, right: bool) -> None:
    topic = kafka("KafkaTopic", f"replicas: {copies}, config: {{min.insync.replicas: {in_sync}}}")
    assert bool(judged(IN_SYNC, topic)) is not right


def test_too_few_copies_are_told_of_once() -> None:
    topic = kafka("KafkaTopic", "replicas: 2, config: {min.insync.replicas: 2}")
    assert judged(COPIES, topic)
    assert not judged(IN_SYNC, topic)


@pytest.mark.parametrize(
    ("endpoint", "safe"),
    [
        ("https://s3.example.com", True),
        ("http://s3.example.com", False),
        ("http://s3.example.com:9000/", False),
        ("http://minio.storage.svc:9000", True),  # inside the cluster, which other rules judge
        ("http://minio.storage.svc.cluster.local:9000", True),
        ("http://minio:9000", True),
        ("http://[", True),
    ],
)
def test_what_leaves_the_cluster_is_encrypted(endpoint: str, safe: bool) -> None:
    pod = f'spec: {{containers: [{{name: api, env: [{{name: OBJECT_STORE_URL, value: "{endpoint}"}}]}}]}}'
    assert bool(judged(STORE, f"apiVersion: v1\nkind: Pod\nmetadata: {{name: api}}\n{pod}")) is not safe


def retained(rule: Rule, text: str, **options: bool | None) -> list[str]:
    subject = Subject(yaml.safe_load(text), Options(**options))
    namespace = Subject({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": subject.namespace}})
    return [one.kind for one in check(Objects([namespace, subject]), [rule]).findings]


CLAIM = "{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: data, namespace: shop}}"


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ({"protect": False, "retain_on_delete": False}, True),
        ({"protect": True, "retain_on_delete": False}, False),
        ({"protect": False, "retain_on_delete": True}, False),
        ({}, False),  # manifests do not tell
    ],
)
def test_what_pulumi_would_delete_with_its_data_is_found(options: dict[str, bool], found: bool) -> None:
    assert bool(retained(RETAINED, CLAIM, **options)) is found


def test_a_namespace_goes_where_it_holds_no_data() -> None:
    namespace = Subject(
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}},
        Options(protect=False, retain_on_delete=False),
    )
    claim = Subject(yaml.safe_load(CLAIM), Options(protect=True))
    elsewhere = Subject(yaml.safe_load(CLAIM.replace("shop", "other")), Options(protect=True))
    assert check(Objects([namespace, claim]), [RETAINED]).findings
    assert not check(Objects([namespace, elsewhere]), [RETAINED]).findings


def test_a_cluster_that_follows_another_commits_nothing_of_its_own() -> None:
    assert not judged(DURABILITY, cluster("instances: 3, replica: {enabled: true, source: elsewhere}"))
    assert judged(DURABILITY, cluster("instances: 3, replica: {enabled: false, source: elsewhere}"))
