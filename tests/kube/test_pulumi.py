"""Stacks on a real API server, by Pulumi's own command line and its Kubernetes provider."""

from __future__ import annotations

import base64
import json
import socket
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from tests.kube import agreement, pulumi_project
from tests.kube.pulumi_project import Project, without_nothing
from tests.kube.trial import (
    NAMESPACE,
    PATIENCE,
    UP,
    body_limit,
    changes,
    end,
    get,
    held,
    image,
    migrations,
    names,
    patch,
    release,
)
from tests.kube.waiting import waiting
from tests.kubernetes.kubeconfigs import kubeconfig as kubeconfig_of

from scalewright.kubernetes.cluster import CONNECT
from scalewright.plan.changes import compare
from scalewright.plan.fields import within
from scalewright.plan.render import manifests
from scalewright.plan.sides import whole
from scalewright.program import plan

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.kube.conftest import Kubectl

    from scalewright.plan import resources

pytestmark = pytest.mark.timeout(600)

#: What has a preview or an update look first at what really is in the cluster, once that has been asked.
LOOK = ("--refresh", "--run-program")
DESTROY = ("destroy", "-s", "trial", "--yes", "--skip-preview")


@pytest.fixture(scope="session")
def pulumi() -> None:
    """Skip what needs Pulumi where it is not."""
    if lacking := pulumi_project.missing():
        pytest.skip(lacking)


@pytest.fixture(scope="module")
def trial(
    pulumi: None, cluster: Kubectl, kubeconfig: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Project]:
    """The environment `dev` under another name, up; it and its data are gone at the end of the module."""
    project = Project(tmp_path_factory.mktemp("trial"), kubeconfig)
    project.take("dev")
    project.without_a_node()
    project.run("stack", "init", "trial")
    project.run(*UP)
    yield project
    project.run(*DESTROY)
    cluster("delete", "namespace", NAMESPACE)


@dataclass
class Away:
    """A cluster that is not there, and why."""

    kubeconfig: Path
    server: str
    reason: str


@pytest.fixture(params=["refused", "silent"])
def away(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Away]:
    """The cluster of a port that nobody listens on, or of one where nobody ever answers."""
    with socket.socket() as port:
        port.bind(("127.0.0.1", 0))
        if request.param == "silent":
            port.listen()
        server = f"https://127.0.0.1:{port.getsockname()[1]}"
        file = tmp_path / "kubeconfig"
        file.write_text(kubeconfig_of(server))
        silent = f"it gave no answer within {CONNECT:.0f} s"
        yield Away(file, server, silent if request.param == "silent" else "Connection refused")


def asked(resource: resources.Resource) -> dict[str, Any]:
    """Return what a program asks for, as far as the engine tells it in a preview."""
    return {
        "inputs": without_nothing(resource.inputs),
        "parent": resource.parent,
        "dependencies": list(resource.depends_on),
        "custom": resource.custom,
        "retainOnDelete": resource.retain_on_delete,
    }


def previewed(step: dict[str, Any]) -> dict[str, Any]:
    """Return the same of a step of a preview."""
    state = step["newState"]
    return {
        "inputs": without_nothing(state["inputs"]),
        "parent": None if "pulumi:pulumi:Stack" in state["parent"] else state["parent"],
        "dependencies": sorted(state.get("dependencies", ())),
        "custom": state.get("custom", False),
        "retainOnDelete": state.get("retainOnDelete", False),
    }


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_a_preview_asks_for_the_very_objects_that_the_evaluation_in_this_process_tells_and_makes_none(
    environment: str, pulumi: None, cluster: Kubectl, kubeconfig: Path, tmp_path: Path
) -> None:
    project = Project(tmp_path, kubeconfig)
    project.take(environment, "asked")
    project.run("stack", "init", "asked")
    steps = project.preview("asked")
    told = {one.urn: asked(one) for one in plan(project.project, "asked")}
    assert len(told) > 50
    assert {step["op"] for step in steps} == {"create"}
    assert {step["urn"]: previewed(step) for step in steps} == told
    assert cluster("get", "namespace", "shop-asked", check=False).returncode == 1


def test_what_is_asked_for_is_there_and_a_second_up_changes_nothing(trial: Project, cluster: Kubectl) -> None:
    objects = {"apiVersion": "v1", "kind": "List", "items": manifests(plan(trial.project, "trial"))}
    assert len(objects["items"]) > 30
    cluster("get", "-f", "-", text=json.dumps(objects))  # fails for one that is missing
    assert trial.outputs("trial") == {
        "namespace": NAMESPACE,
        "url": "",
        "primary": f"postgres-rw.{NAMESPACE}.svc:5432",
        "replicas": [],
        "pooler": "",
    }
    trial.run(*UP, "--expect-no-changes")


def test_a_preview_shows_an_edit_and_nothing_else_and_an_up_makes_it(trial: Project, cluster: Kubectl) -> None:
    trial.edit("trial", "scale: {min: 1, max: 3}", "scale: {min: 1, max: 4}")
    shown = changes(trial.preview("trial"))
    quota = shown.pop(f"ResourceQuota {NAMESPACE}")  # of what the environment can become at most
    assert {one.partition(".")[0] for one in quota} == {"spec"}
    assert shown == {"HorizontalPodAutoscaler orders": {"spec.maxReplicas"}}
    assert get(cluster, "hpa", "orders")["spec"]["maxReplicas"] == 3
    trial.run(*UP)
    assert get(cluster, "hpa", "orders")["spec"]["maxReplicas"] == 4


def test_our_own_preview_agrees_with_it_object_by_object_and_property_by_property(trial: Project) -> None:
    file = trial.project / "stacks" / "Pulumi.trial.yaml"
    text, before = file.read_text(), whole(plan(trial.project, "trial"))
    trial.edit("trial", "    redis:\n", "    gateway: {rate_limit: null}\n    redis:\n")  # an object less
    trial.edit("trial", "        scale: {max: 2}", "        scale: {max: 3}")
    trial.edit("trial", "cpu: 100m, memory: 256Mi", "cpu: 150m, memory: 256Mi")
    trial.edit("trial", "      storage: 1Gi", "      storage: 2Gi\n      parameters: {work_mem: 8MB}")
    trial.edit("trial", "shop:main", "shop:v9")  # another release of all, and another Job
    trial.edit(
        "trial", "    services:\n", "    services:\n      mails: {app: 'shop.orders.main:app', routes: [/mails]}\n"
    )
    try:
        ours = compare(before, whole(plan(trial.project, "trial")))
        theirs = trial.preview("trial")
    finally:
        file.write_text(text)
    told, steps = agreement.ours(ours.changes), agreement.theirs(theirs)
    assert {name: action for name, (action, _) in told.items()} == {name: op for name, (op, _) in steps.items()}
    assert {action for action, _ in told.values()} == {"create", "update", "delete"}
    for name, (_, paths) in told.items():
        others = steps[name][1]
        assert [one for one in paths if not any(within(other, one) for other in others)] == [], name
        assert [one for one in others if not any(within(one, path) for path in paths)] == [], name


def test_the_number_of_replicas_is_the_autoscalers(trial: Project, cluster: Kubectl) -> None:
    cluster("scale", "deployment", "orders", "-n", NAMESPACE, "--replicas=2")
    trial.run(*UP, "--expect-no-changes")
    assert get(cluster, "deployment", "orders")["spec"]["replicas"] == 2


def test_what_was_changed_by_hand_is_seen_and_put_back(trial: Project, cluster: Kubectl) -> None:
    patch(cluster, "pdb/orders", {"spec": {"maxUnavailable": 0}})
    cluster("delete", "service", "orders", "-n", NAMESPACE)
    refreshed = trial.run("refresh", "-s", "trial", "--yes", "--skip-preview")
    assert "1 updated" in refreshed
    assert "1 deleted" in refreshed
    assert changes(trial.preview("trial")) == {
        "PodDisruptionBudget orders": {"spec.maxUnavailable"},
        "Service orders": set(),
    }
    trial.run(*UP)
    assert get(cluster, "pdb", "orders")["spec"]["maxUnavailable"] == 1
    assert get(cluster, "service", "orders")["spec"]["ports"][0]["port"] == 8000


def test_a_preview_and_an_up_that_look_first_see_what_was_changed_by_hand_and_put_it_back(
    trial: Project, cluster: Kubectl
) -> None:
    patch(cluster, "pdb/orders", {"spec": {"maxUnavailable": 0}})
    cluster("delete", "service", "orders", "-n", NAMESPACE)
    assert changes(trial.preview("trial", *LOOK)) == {
        "PodDisruptionBudget orders": {"spec.maxUnavailable"},
        "Service orders": set(),
    }
    trial.run(*UP, *LOOK)
    assert get(cluster, "pdb", "orders")["spec"]["maxUnavailable"] == 1
    assert get(cluster, "service", "orders")["spec"]["ports"][0]["port"] == 8000


@pytest.mark.parametrize(
    "command",
    [UP, ("up", "-s", "trial", "--yes"), ("preview", "-s", "trial"), ("preview", "-s", "trial", *LOOK)],
    ids=["up", "up that previews", "preview", "preview that looks first"],
)
def test_a_cluster_that_is_away_is_one_line_and_all_stays_as_it_is(
    command: tuple[str, ...], trial: Project, away: Away, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = held(trial)
    monkeypatch.setitem(trial.variables, "KUBECONFIG", str(away.kubeconfig))
    begun = time.monotonic()
    output = trial.run(*command, status=1)
    assert time.monotonic() - begun < PATIENCE
    assert {line.partition("error: ")[2] for line in output.splitlines() if "error: " in line} == {
        f"the cluster of context test cannot be reached at {away.server}: {away.reason}. "
        "Start it, connect to its network, or use another context",
        "an unhandled error occurred: program exited with non-zero exit code: 1",  # Pulumi's, of whatever it was
    }
    assert "is unreachable" not in output  # the provider's, of every object
    assert held(trial) == before


def test_nothing_of_a_release_is_touched_until_its_migrations_are_done(trial: Project, cluster: Kubectl) -> None:
    with release(trial, "v2", body_limit=2) as up:
        job, pod = migrations(cluster, "v2")
        waiting(
            lambda: body_limit(cluster) == 2, PATIENCE
        )  # of all that is made, the gateway is the last that does not wait
        assert image(cluster) == "ghcr.io/acme/shop:main"
        end(cluster, pod, "Succeeded")
        lines = up.communicate(timeout=PATIENCE)[0].splitlines()
    assert up.returncode == 0, lines
    migrated = next(number for number, line in enumerate(lines) if job.partition("/")[2] in line and "created" in line)
    assert not [line for line in lines[:migrated] if ":Deployment " in line and "updat" in line]
    assert image(cluster) == "ghcr.io/acme/shop:v2"
    assert names(cluster, "job") == {job}


def test_pulumi_waits_for_migrations_longer_than_they_may_take(trial: Project) -> None:
    known = json.loads(trial.state("trial"))["deployment"]["resources"]
    [job] = [one for one in known if one["type"] == "kubernetes:batch/v1:Job"]
    assert job["customTimeouts"]["create"] > job["inputs"]["spec"]["activeDeadlineSeconds"]


def test_a_release_whose_migrations_fail_changes_nothing_else(trial: Project, cluster: Kubectl) -> None:
    running = image(cluster)
    with release(trial, "v3", body_limit=3) as up:
        job, pod = migrations(cluster, "v3")
        patch(cluster, job, {"spec": {"backoffLimit": 0}})  # another attempt would take ten seconds to begin
        end(cluster, pod, "Failed")
        output = up.communicate(timeout=PATIENCE)[0]
    assert up.returncode != 0
    assert "BackoffLimitExceeded" in output
    assert image(cluster) == running


def test_no_password_is_in_what_pulumi_keeps_and_shows(trial: Project, cluster: Kubectl) -> None:
    encoded = get(cluster, "secret", "redis")["data"]["password"]
    password = base64.b64decode(encoded).decode()
    assert len(password) == 40
    kept = [path.read_text(errors="replace") for path in (trial.home / "state").rglob("*") if path.is_file()]
    assert any('"kubernetes:core/v1:Secret"' in text for text in kept)
    shown = (trial.state("trial"), json.dumps(trial.preview("trial")))
    assert not [text for text in (*kept, *shown) if password in text or encoded in text]


def test_a_destroy_keeps_the_data_and_the_next_up_goes_on_with_it(trial: Project, cluster: Kubectl) -> None:
    database, password = get(cluster, "cluster", "postgres"), get(cluster, "secret", "redis")["data"]
    trial.run(*DESTROY)
    assert names(cluster, "all", "secret", "configmap", "serviceaccount", "networkpolicy", "hpa", "pdb") == set()
    assert names(cluster, "cluster", "pvc") == {
        "cluster.postgresql.cnpg.io/postgres",
        "persistentvolumeclaim/data-redis-0",
    }
    assert json.loads(trial.state("trial"))["deployment"].get("resources", []) == []
    trial.run(*UP)
    assert get(cluster, "cluster", "postgres")["metadata"]["uid"] == database["metadata"]["uid"]
    assert get(cluster, "secret", "redis")["data"] != password
    trial.run(*UP, "--expect-no-changes")
