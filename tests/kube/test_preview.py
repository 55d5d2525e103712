"""`scalewright preview --against cluster` on a real API server: what an edit would change, and nothing is changed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.cli.command import run

if TYPE_CHECKING:
    from tests.kube.environment import Environment

LABEL = "app.kubernetes.io/managed-by=scalewright"


def preview(dev: Environment, *options: str, status: int = 0) -> str:
    done = run(
        "preview",
        "dev",
        "--against",
        "cluster",
        *options,
        cwd=dev.folder,
        status=status,
        KUBECONFIG=str(dev.kubeconfig),
    )
    return done.stdout if status == 0 else done.stderr


def changed(dev: Environment) -> dict[str, dict[str, Any]]:
    found = json.loads(preview(dev, "--json"))
    return {f"{one['kind']} {one['name']}": one for one in found["changes"] if one["action"] != "unchanged"}


def paths(change: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    return {one["path"]: (one["before"], one["after"]) for one in change["fields"]}


def applied(dev: Environment) -> None:
    """Have the environment in the cluster, with the Secret that Pulumi would make."""
    dev.render_and_apply()
    dev.cluster("create", "secret", "generic", "redis", "-n", dev.namespace, "--from-literal=password=x")
    dev.cluster("label", "secret", "redis", "-n", dev.namespace, LABEL)


def test_where_nothing_is_there_all_of_it_is_new(dev: Environment) -> None:
    with dev.untouched():
        told = preview(dev)
    assert told.startswith("dev against context ")
    assert "41 added, 0 changed, 0 replaced, 0 removed, 0 unchanged" in told


def test_what_was_applied_differs_in_nothing_though_the_cluster_added_defaults(dev: Environment) -> None:
    applied(dev)
    with dev.untouched():
        assert changed(dev) == {}
    dev.cluster("scale", "deployment", "orders", "-n", dev.namespace, "--replicas=2")
    assert changed(dev) == {}  # how many there are is the autoscaler's


def test_an_edit_is_shown_with_what_it_comes_to_and_nothing_is_changed(dev: Environment) -> None:
    applied(dev)
    dev.edit("Pulumi.dev.yaml", "{min: 1, max: 3}", "{min: 1, max: 5}")
    dev.edit("Pulumi.dev.yaml", "shop:main", "shop:v2")
    with dev.untouched():
        changes = changed(dev)
    assert paths(changes["HorizontalPodAutoscaler orders"]) == {"spec.maxReplicas": (3, 5)}
    image = "spec.template.spec.containers[api].image"
    assert paths(changes["Deployment orders"]) == {image: ("ghcr.io/acme/shop:main", "ghcr.io/acme/shop:v2")}
    assert changes["Deployment orders"]["effect"] == "rolls"
    [job] = [one for name, one in changes.items() if name.startswith("Job ")]
    assert (job["action"], job["effect"]) == ("replaced", "runs")
    assert set(paths(job)) == {"metadata.name", "spec.template.spec.containers[migrations].image"}


def test_what_the_declaration_has_no_longer_goes_away_property_by_property_and_object_by_object(
    dev: Environment,
) -> None:
    dev.edit(
        "Pulumi.dev.yaml",
        "      orders:\n        scale: {min: 1",
        "      orders:\n        environment: {A: b}\n        scale: {min: 1",
    )
    applied(dev)
    dev.edit("Pulumi.dev.yaml", "        environment: {A: b}\n", "")
    old = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "old", "namespace": dev.namespace}}
    dev.apply({**old, "metadata": {**old["metadata"], "labels": dict([LABEL.split("=")])}})
    dev.apply({**old, "metadata": {**old["metadata"], "name": "of-others"}})
    with dev.untouched():
        changes = changed(dev)
    assert set(changes) == {"Deployment orders", "Deployment orders-relay", "ConfigMap old"}
    [(path, values)] = paths(changes["Deployment orders"]).items()
    assert path == "spec.template.spec.containers[api].env[A]"
    assert values == ({"name": "A", "value": "b"}, None)
    assert changes["ConfigMap old"]["action"] == "removed"


def test_what_was_changed_by_hand_is_put_back(dev: Environment) -> None:
    applied(dev)
    patch = json.dumps({"spec": {"maxUnavailable": 0}})
    dev.cluster("patch", "pdb", "orders", "-n", dev.namespace, "--type=merge", "-p", patch)
    assert paths(changed(dev)["PodDisruptionBudget orders"]) == {"spec.maxUnavailable": (0, 1)}


def test_what_the_api_server_refuses_is_told_in_its_words(dev: Environment) -> None:
    applied(dev)
    dev.edit("Pulumi.dev.yaml", "      memory: 64Mi\n", "      memory: 64Mi\n      storage: 2Gi\n")
    with dev.untouched():
        change = changed(dev)["StatefulSet redis"]
    assert change["effect"] == "refused"
    assert change["meanings"][0]["text"].startswith("the cluster refuses it: StatefulSet.apps ")
    assert list(paths(change)) == ["spec.volumeClaimTemplates[0].spec.resources.requests.storage"]


def test_an_object_that_nobody_applied_server_side_is_noted(dev: Environment) -> None:
    applied(dev)
    dev.cluster("delete", "configmap", "redis", "-n", dev.namespace)
    dev.cluster("create", "configmap", "redis", "-n", dev.namespace, "--from-literal=more=x")
    told = preview(dev)
    assert "  note: ConfigMap redis was not applied server-side: what it has too much is not seen" in told


def test_whoever_may_not_look_is_told_so(dev: Environment) -> None:
    applied(dev)
    dev.kubeconfig = dev.account()
    [told] = preview(dev, status=1).splitlines()
    assert told.startswith("scalewright: the cluster does not show ")
    assert f"system:serviceaccount:default:{dev.name}" in told
    assert told.endswith("Use a context of somebody who may ask")


def test_what_may_not_be_listed_is_noted_and_the_rest_is_compared(dev: Environment) -> None:
    applied(dev)
    dev.edit("Pulumi.dev.yaml", "{min: 1, max: 3}", "{min: 1, max: 5}")
    dev.kubeconfig = dev.account("--verb=get,create,patch --resource=*.*")
    told = preview(dev)
    assert "  note: what is no longer declared is not seen of certificates.cert-manager.io, clusters.postgres" in told
    assert "    spec.maxReplicas: 3 -> 5" in told


def test_an_unknown_context_is_answered_with_those_of_the_kubeconfig(dev: Environment) -> None:
    context = dev.cluster("config", "current-context").stdout.strip()
    assert f"Did you mean {context}?" in preview(dev, "--context", f"{context}s", status=1)
