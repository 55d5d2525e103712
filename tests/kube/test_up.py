"""`scalewright up`, `drift` and `down` on a real API server, by Pulumi's real engine."""

from __future__ import annotations

import json
import os
import signal
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import psutil
import pytest
from tests.kube import pulumi_project
from tests.kube.pulumi_project import Project
from tests.kube.waiting import waiting

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator
    from pathlib import Path

    from tests.kube.conftest import Kubectl

pytestmark = pytest.mark.timeout(900)

NAMESPACE = "shop-brought"
#: Seconds for what takes a few on a machine that is not busy.
PATIENCE = 180.0
KEPT = ("cluster.postgresql.cnpg.io/postgres", "persistentvolumeclaim/data-redis-0")


@pytest.fixture(scope="module")
def project(cluster: Kubectl, kubeconfig: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """The environment `dev` under another name, without a stack; all of it is gone at the end of the module."""
    if lacking := pulumi_project.missing():
        pytest.skip(lacking)
    project = Project(tmp_path_factory.mktemp("brought"), kubeconfig)
    project.take("dev", "brought")
    project.without_a_node()
    yield project
    cluster("delete", "namespace", NAMESPACE, "--ignore-not-found")


@pytest.fixture(scope="module")
def brought(project: Project) -> Project:
    """The same, up, as it is declared; each test leaves it so, or down."""
    project.scalewright("up", "brought", "--yes")
    return project


def get(cluster: Kubectl, kind: str, name: str) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(cluster("get", kind, name, "-n", NAMESPACE, "-o", "json").stdout)
    return answer


def image(cluster: Kubectl) -> str:
    found: str = get(cluster, "deployment", "orders")["spec"]["template"]["spec"]["containers"][0]["image"]
    return found.rpartition(":")[2]


def names(cluster: Kubectl, *command: str) -> list[str]:
    """Return the names that a command of kubectl prints."""
    found: str = cluster(*command).stdout
    return found.split()


def job(cluster: Kubectl, tag: str) -> str | None:
    """Return the name of the Job of a release's migrations, once it is there."""
    found = names(cluster, "get", "job", "-n", NAMESPACE, "-o", "name")
    return next((one.partition("/")[2] for one in found if f"/migrations-{tag}-" in one), None)


@contextmanager
def release(project: Project, cluster: Kubectl, tag: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Begin an `up` of another image that waits for its migrations, and yield it and their Job."""
    file = project.project / "stacks" / "Pulumi.brought.yaml"
    before = file.read_text()
    project.edit("brought", "shop:main", f"shop:{tag}")
    with project.begin("up", "brought", "--yes", AWAITED="kubernetes:batch/v1:Job") as up:
        try:
            yield up, waiting(lambda: job(cluster, tag), PATIENCE)
        finally:
            file.write_text(before)
            up.kill()


def engine(command: subprocess.Popen[str]) -> int:
    """Return the process of Pulumi that a command runs."""
    children = psutil.Process(command.pid).children()
    return next(one.pid for one in children if one.name() == "pulumi")


def end_session(leader: int) -> None:
    """End what Pulumi leaves behind that is killed: its plugins, which are of its session."""
    for pid in psutil.pids():
        with suppress(ProcessLookupError):
            if os.getsid(pid) == leader:
                os.kill(pid, signal.SIGKILL)


def test_who_cannot_be_asked_is_told_to_say_yes_and_nothing_is_made(project: Project, cluster: Kubectl) -> None:
    _, errors = project.scalewright("up", "brought", status=1)
    assert errors.count("\n") == 1
    assert errors.endswith("changes a cluster. There is no terminal to ask on. Say --yes if you mean it\n")
    assert cluster("get", "namespace", NAMESPACE, check=False).returncode == 1


def test_before_there_is_a_stack_the_declaration_is_what_drift_compares_with(project: Project) -> None:
    told = json.loads(project.scalewright("drift", "brought", "--json", "--exit-code", status=1)[0])
    assert told["against"].startswith("the declaration, in context ")
    assert {one["action"] for one in told["changes"]} == {"removed"}
    assert "Pulumi holds nothing of it" in project.scalewright("down", "brought", "--yes")[0]


def test_an_up_makes_the_stack_shows_each_object_as_it_is_made_and_where_the_backend_is(project: Project) -> None:
    output, errors = project.scalewright("up", "brought", "--yes")
    assert errors == ""
    assert "Made the stack brought." in output
    lines = output.splitlines()
    assert "+ Deployment orders" in lines
    shown = [line.split() for line in lines]
    assert ["Deployment", "orders", "creating"] in shown
    assert any(line[:3] == ["Deployment", "orders", "created"] and line[-1] == "s" for line in shown)
    assert any(line.startswith("brought is up: ") and " created in " in line for line in lines)
    assert f"  namespace  {NAMESPACE}" in lines
    assert f"  primary    postgres-rw.{NAMESPACE}.svc:5432" in lines
    project.run("up", "-s", "brought", "--yes", "--skip-preview", "--expect-no-changes")


def test_an_up_without_changes_says_so(brought: Project) -> None:
    output, _ = brought.scalewright("up", "brought", "--yes")
    assert "brought is as declared: nothing to change." in output
    assert "creating" not in output


def test_a_change_is_shown_and_made_only_once_one_agrees(brought: Project, cluster: Kubectl) -> None:
    brought.edit("brought", "scale: {min: 1, max: 3}", "scale: {min: 1, max: 4}")
    shown = brought.answer("n", "up", "brought", "--diff", status=1)
    assert "~ HorizontalPodAutoscaler orders\n    spec.maxReplicas: 3 -> 4\n" in shown
    assert "Change brought? [y/N]: n" in shown
    assert get(cluster, "hpa", "orders")["spec"]["maxReplicas"] == 3
    shown = brought.answer("y", "up", "brought")
    assert "~ HorizontalPodAutoscaler orders  spec.maxReplicas\n" in shown
    assert "brought is up: 2 changed in" in shown  # the quota holds what the environment can become
    assert get(cluster, "hpa", "orders")["spec"]["maxReplicas"] == 4


def test_drift_tells_property_by_property_what_somebody_changed_and_up_puts_it_back(
    brought: Project, cluster: Kubectl
) -> None:
    assert brought.scalewright("drift", "brought", "--exit-code")[0].splitlines()[0] == (
        "brought: what runs, against what was last applied (stack brought)"
    )
    cluster("patch", "pdb/orders", "-n", NAMESPACE, "--type=merge", "-p", '{"spec": {"maxUnavailable": 0}}')
    cluster("delete", "service", "orders", "-n", NAMESPACE)
    cluster("scale", "deployment", "orders", "-n", NAMESPACE, "--replicas=2")  # that is the autoscaler's to decide
    context = cluster("config", "current-context").stdout.strip()
    output, _ = brought.scalewright("drift", "brought", "--exit-code", status=1)
    assert "~ PodDisruptionBudget orders\n    spec.maxUnavailable: 1 -> 0\n" in output
    assert "- Service orders\n" in output
    assert "1 changed, 1 gone, " in output
    by_stack = json.loads(brought.scalewright("drift", "brought", "--json")[0])
    by_cluster = json.loads(brought.scalewright("drift", "brought", "--json", "--context", context)[0])
    assert by_cluster["against"] == f"the declaration, in context {context}"
    different = [one for one in by_stack["changes"] if one["action"] != "unchanged"]
    assert sorted(different, key=str) == sorted(
        (one for one in by_cluster["changes"] if one["action"] != "unchanged"), key=str
    )
    brought.scalewright("up", "brought", "--yes")
    assert get(cluster, "pdb", "orders")["spec"]["maxUnavailable"] == 1
    brought.scalewright("drift", "brought", "--exit-code")
    brought.scalewright("drift", "brought", "--exit-code", "--context", context)


def test_an_interrupted_up_says_what_was_done_and_the_next_one_goes_on(brought: Project, cluster: Kubectl) -> None:
    with release(brought, cluster, "v2") as (up, migrations):
        _, locked = brought.scalewright("down", "brought", "--yes", status=1)
        assert f"(process {engine(up)}) since 2" in locked
        assert "`pulumi cancel -s brought`" in locked
        up.send_signal(signal.SIGINT)
        output, errors = up.communicate(timeout=PATIENCE)
    assert up.returncode == 130, output + errors
    assert "Interrupting: what has been begun comes to its end first." in errors
    last = errors.splitlines()[-1]
    assert last.startswith("Interrupted. Done until then, ")
    assert f"Not done: Job {migrations}. Go on with " in last
    assert image(cluster) == "main"
    brought.scalewright("up", "brought", "--yes")
    assert job(cluster, "v2") is None


def test_what_an_up_had_begun_that_was_killed_is_told_and_taken_over_by_the_next(
    brought: Project, cluster: Kubectl
) -> None:
    with release(brought, cluster, "v3") as (up, migrations):
        leader = engine(up)
        try:
            os.kill(leader, signal.SIGKILL)
            output, errors = up.communicate(timeout=PATIENCE)
        finally:
            end_session(leader)
        assert up.returncode == 1, output + errors
        assert "Pulumi itself was ended (Killed)" in errors
        assert f"Not done: Job {migrations}." in errors
        _, errors = brought.scalewright("up", "brought", "--yes", status=1)
        assert f"(process {leader}, which no longer runs)" in errors
        brought.run("cancel", "-s", "brought", "--yes")
        _, errors = brought.scalewright("up", "brought", "--yes")
    assert f"was cut off while creating Job {migrations}; " in errors
    assert image(cluster) == "v3"
    assert json.loads(brought.state("brought"))["deployment"].get("pending_operations") is None
    assert brought.scalewright("up", "brought", "--yes")[1] == ""


def test_what_does_not_become_ready_ends_the_up_with_its_name_and_nothing_that_waits_for_it_is_touched(
    brought: Project, cluster: Kubectl
) -> None:
    with release(brought, cluster, "v4") as (up, migrations):
        cluster("patch", "job", migrations, "-n", NAMESPACE, "--type=merge", "-p", '{"spec": {"backoffLimit": 0}}')
        pods = ("get", "pod", "-n", NAMESPACE, "-l", f"job-name={migrations}", "-o", "name")
        [pod] = waiting(lambda: names(cluster, *pods), PATIENCE)
        ended = '{"status": {"phase": "Failed"}}'
        cluster("patch", pod, "-n", NAMESPACE, "--subresource=status", "--type=merge", "-p", ended)
        output, errors = up.communicate(timeout=PATIENCE)
    assert up.returncode == 1, output + errors
    first, last = errors.splitlines()[0], errors.splitlines()[-1]
    assert first.startswith(f"scalewright: Job {migrations}: ")
    assert "BackoffLimitExceeded" in errors
    assert f"Not done: Job {migrations}. Mend it, then go on with " in last
    assert image(cluster) == "main"


@pytest.mark.parametrize("command", [("up", "--yes"), ("down", "--yes"), ("drift",)], ids=lambda one: one[0])
def test_a_cluster_that_is_away_is_one_line(command: tuple[str, ...], brought: Project, tmp_path: Path) -> None:
    file = tmp_path / "kubeconfig"
    context = {"name": "away", "context": {"cluster": "away", "user": "nobody"}}
    clusters = [{"name": "away", "cluster": {"server": "https://127.0.0.1:1"}}]
    users = [{"name": "nobody", "user": {}}]
    file.write_text(
        json.dumps({"clusters": clusters, "contexts": [context], "users": users, "current-context": "away"})
    )
    _, errors = brought.scalewright(command[0], "brought", *command[1:], status=1, KUBECONFIG=str(file))
    assert errors.startswith("scalewright: the cluster of context away cannot be reached at https://127.0.0.1:1: ")
    assert errors.count("\n") == 1


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({"PULUMI_CONFIG_PASSPHRASE": "wrong"}, "the passphrase is not that of stack brought. Set "),
        ({"PULUMI_BACKEND_URL": "file:///absent"}, "Pulumi's backend file:///absent cannot be opened: "),
    ],
    ids=["passphrase", "backend"],
)
def test_what_keeps_pulumi_from_its_state_is_one_line(
    variables: dict[str, str], told: str, brought: Project, cluster: Kubectl
) -> None:
    for command in (("up", "brought", "--yes"), ("drift", "brought")):
        _, errors = brought.scalewright(*command, status=1, **variables)
        assert errors.startswith(f"scalewright: {told}"), errors
        assert errors.count("\n") == 1


def test_a_down_says_what_stays_and_the_next_up_goes_on_with_it(brought: Project, cluster: Kubectl) -> None:
    database = get(cluster, "cluster", "postgres")["metadata"]["uid"]
    _, errors = brought.scalewright("down", "brought", "--yes", "--delete-data", status=1)
    assert "Leave --delete-data out" in errors
    assert "Aborted" in brought.answer("n", "down", "brought", status=1)
    assert get(cluster, "deployment", "orders")
    output, _ = brought.scalewright("down", "brought", "--yes")
    kept = f"kept, as is the data in it: Namespace {NAMESPACE}, Cluster postgres, PersistentVolumeClaims data-redis-*"
    assert output.count(kept) == 2
    assert "brought is down: " in output
    assert set(names(cluster, "get", "deployment,cluster,pvc", "-n", NAMESPACE, "-o", "name")) == set(KEPT)
    assert "Pulumi holds nothing of it" in brought.scalewright("down", "brought", "--yes")[0]
    brought.scalewright("up", "brought", "--yes")
    assert get(cluster, "cluster", "postgres")["metadata"]["uid"] == database
    brought.scalewright("down", "brought", "--yes")
