"""The environments that are shipped: each object is one that its API takes, and what it refers to is there."""

from __future__ import annotations

import pytest
from tests.kubernetes import definitions
from tests.kubernetes.plans import ENVIRONMENTS, ROOT, container_of, objects, pod_of, shipped, variables

from scalewright.declaration import Quantity, load
from scalewright.declaration.secret_names import taken
from scalewright.plan.demand import NOTHING, amount, demands
from scalewright.plan.features import oldest
from scalewright.plan.operators import operator
from scalewright.plan.references import USER, external
from scalewright.plan.render import manifests, render, withheld

WORKLOADS = ("Deployment", "Job")


@pytest.mark.skipif(
    not definitions.FOLDER.exists(), reason="the definitions of custom resources are not beside the checkout"
)
@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_custom_resource_is_valid_to_the_last_field(environment: str) -> None:
    judged = [one for one in objects(environment).values() if operator(one["apiVersion"])]
    assert {one["kind"] for one in judged} >= {
        "ScaledObject",
        "TriggerAuthentication",
        "Gateway",
        "HTTPRoute",
        "Middleware",
    }
    assert [mistake for one in judged for mistake in definitions.mistakes(one)] == []


@pytest.mark.skipif(
    not definitions.FOLDER.exists(), reason="the definitions of custom resources are not beside the checkout"
)
def test_the_judge_of_custom_resources_finds_a_field_that_does_not_exist() -> None:
    scaled = objects("dev")["ScaledObject orders-worker"]
    spec = {**scaled["spec"], "maxReplicas": 3}
    [mistake] = definitions.mistakes({**scaled, "spec": spec})
    assert "'maxReplicas' was unexpected" in mistake


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_two_renders_are_the_same_to_the_last_byte(environment: str) -> None:
    again = shipped.__wrapped__(environment)
    assert render(again) == render(shipped(environment))


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_nobody_may_give_a_secret_of_the_name_of_one_that_is_made(environment: str) -> None:
    plan = shipped(environment)
    made = {one["metadata"]["name"] for one in withheld(plan) if one["kind"] == "Secret"}
    made |= {one["spec"]["secretName"] for one in manifests(plan) if one["kind"] == "Certificate"}
    made |= {one.name for one in external(manifests(plan)) if one.kind == "Secret" and one.maker != USER}
    assert made >= {"redis", "postgres-app", "postgres-ca"}
    found = taken(load(ROOT, environment), dict.fromkeys(made, ()))
    assert {str(one.path[0]) for one in found} == made


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_what_is_referred_to_is_there_or_has_a_maker(environment: str) -> None:
    known = {"ClusterIssuer", "GatewayClass", "Secret"}
    left = external(manifests(shipped(environment)))
    assert {one.kind for one in left} <= known
    makers = {(one.kind, one.name): one.maker for one in left}
    assert makers["GatewayClass", "traefik"] == "the addon traefik"
    if load(ROOT, environment).gateway.tls:
        assert makers["Secret", "gateway-tls"] == "cert-manager"
        assert any(kind == "ClusterIssuer" for kind, _ in makers)


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_pod_is_restricted_and_asks_for_what_it_takes(environment: str) -> None:
    workloads = [one for one in objects(environment).values() if one["kind"] in WORKLOADS]
    assert len(workloads) == 4
    for one in workloads:
        pod, container = pod_of(one), container_of(one)
        assert pod["automountServiceAccountToken"] is False
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["runAsUser"] >= 10000
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "privileged": False,
            "readOnlyRootFilesystem": True,
        }
        assert {"cpu", "memory"} <= container["resources"]["requests"].keys()
        assert "memory" in container["resources"]["limits"]


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_deployment_has_a_budget_that_selects_it_and_an_account_of_its_own(environment: str) -> None:
    found = objects(environment)
    names = [name.removeprefix("Deployment ") for name in found if name.startswith("Deployment ")]
    assert sorted(names) == ["orders", "orders-relay", "orders-worker"]
    for name in names:
        deployment, budget = found[f"Deployment {name}"], found[f"PodDisruptionBudget {name}"]
        chosen = budget["spec"]["selector"]["matchLabels"]
        assert budget["spec"]["maxUnavailable"] == 1
        assert chosen.items() <= deployment["spec"]["template"]["metadata"]["labels"].items()
        assert chosen == deployment["spec"]["selector"]["matchLabels"]
        assert pod_of(deployment)["serviceAccountName"] == name
        assert found[f"ServiceAccount {name}"]["automountServiceAccountToken"] is False


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_a_relay_is_told_that_one_connection_to_the_primary_is_enough(environment: str) -> None:
    told = variables(objects(environment)["Deployment orders-relay"])
    assert (told["DATABASE_POOL_SIZE"], told["DATABASE_POOL_OVERFLOW"]) == ("1", "0")
    assert told["DATABASE_READS"] == "primary"


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_what_uses_the_database_waits_for_the_migrations(environment: str) -> None:
    resources = {(one.inputs.get("kind"), one.name): one for one in shipped(environment)}
    [job] = [one for (kind, _), one in resources.items() if kind == "Job"]
    for name in ("orders", "orders-relay", "orders-worker"):
        assert job.urn in resources["Deployment", name].depends_on
    assert job.urn not in resources["Gateway", "gateway"].depends_on


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_all_objects_are_in_the_namespace_and_tell_what_they_belong_to(environment: str) -> None:
    for name, one in objects(environment).items():
        metadata = one["metadata"]
        assert metadata["labels"]["app.kubernetes.io/part-of"] == "shop", name
        assert metadata["labels"]["app.kubernetes.io/managed-by"] == "scalewright", name
        if one["kind"] != "Namespace":
            assert metadata["namespace"] == f"shop-{environment}", name


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_oldest_kubernetes_that_takes_all_of_it_is_the_one_that_the_manual_names(environment: str) -> None:
    need = oldest(objects(environment).values())
    assert need is not None
    assert need.version == (1, 30)
    assert "Kubernetes 1.30 or later" in (ROOT / "docs" / "kubernetes.md").read_text()


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_fewest_replicas_fit_into_the_quota_of_the_namespace(environment: str) -> None:
    found = objects(environment)
    taken = demands(found.values()).values()
    hard = found[f"ResourceQuota shop-{environment}"]["spec"]["hard"]
    for resource, most in hard.items():
        assert sum((amount(one, resource) for one in taken), NOTHING) <= Quantity(most), resource
    assert sum((amount(one, "pods") for one in taken), NOTHING) >= Quantity(4)
