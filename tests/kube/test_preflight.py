"""`scalewright preflight` on a real API server: what stands against an environment is told, and nothing is made."""

from __future__ import annotations

import json
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from tests.kube import control_plane
from tests.kube.control_plane import ControlPlane, kubectl
from tests.kube.environment import Environment
from tests.pulumi import engine

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

REFUSING = "everything here needs an owner"


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The kubeconfig of a cluster without any operator; that of everybody has all definitions."""
    if lacking := control_plane.missing():
        pytest.skip(
            f"there is no control plane of our own here ({', '.join(lacking)}), and KUBECONFIG's has all addons"
        )
    plane = ControlPlane(tmp_path_factory.mktemp("bare"))
    plane.start()
    yield plane.kubeconfig
    plane.stop()


def test_a_cluster_that_can_take_it_is_told_with_where_it_is_and_nothing_is_made(dev: Environment) -> None:
    context = dev.cluster("config", "current-context").stdout.strip()
    with dev.untouched():
        first, *seen, last = dev.preflight()
    assert first.startswith(f"dev: context {context}, https://")
    assert ", Kubernetes 1." in first
    assert f"  namespace {dev.namespace}: not there yet, so that nothing was tried in it" in seen
    assert last == "dev can be applied. Nothing was changed."


def test_what_runs_there_already_is_tried_and_not_changed(dev: Environment) -> None:
    dev.render_and_apply()
    with dev.untouched():
        told = dev.preflight()
    count = len(list((dev.folder / "out").iterdir()))
    assert f"  {count} objects tried" in told
    assert told[-1] == "dev can be applied. Nothing was changed."


def test_what_cannot_change_in_place_is_told_and_does_not_stand_against_it(dev: Environment) -> None:
    dev.render_and_apply()
    dev.edit("Pulumi.dev.yaml", "memory: 64Mi\n", "memory: 64Mi\n      storage: 3Gi\n")
    with dev.untouched():
        told = dev.preflight()
    assert any(
        line.startswith("  note: StatefulSet redis cannot change in place, `pulumi up` replaces it") for line in told
    )


def test_missing_definitions_are_told_with_the_addons_that_bring_them(tmp_path: Path, bare: Path) -> None:
    def cluster(*arguments: str, **options: Any) -> Any:
        return kubectl(bare, *arguments, **options)

    dev = Environment(tmp_path / "project", "ask", cluster, bare)
    with dev.untouched():
        told = dev.preflight(status=1)
    assert [line.partition(" not served; ")[2].split()[2] for line in told] == [
        "gateway-api",
        "keda",
        "cloudnative-pg",
        "traefik",
    ]
    assert told[2] == (
        "Cluster of postgresql.cnpg.io/v1 is not served; the addon cloudnative-pg brings it. "
        "Run `pulumi up` in stacks/addons, with cloudnative-pg switched on"
    )


def test_a_namespace_of_somebody_else_is_refused_with_its_labels(dev: Environment) -> None:
    dev.make_namespace(team="payments")
    with dev.untouched():
        [told] = dev.preflight(status=1)
    assert told.startswith(f"namespace {dev.namespace} belongs to somebody else: its labels are team=payments; ")
    assert f"app.kubernetes.io/part-of={dev.name}" in told


def test_a_quota_of_somebody_else_that_is_too_small_is_told_with_the_sum(dev: Environment) -> None:
    dev.make_namespace()
    hard = {"requests.memory": "1Gi", "pods": "50", "limits.cpu": "20"}
    metadata = {"name": "team", "namespace": dev.namespace}
    dev.apply({"apiVersion": "v1", "kind": "ResourceQuota", "metadata": metadata, "spec": {"hard": hard}})
    with dev.untouched():
        unlimited, small = dev.preflight(status=1)
    assert small.startswith(
        f"ResourceQuota team of namespace {dev.namespace} allows requests.memory 1Gi; the fewest replicas need 1792Mi ("
    )
    assert f"namespace {dev.namespace} counts limits.cpu, so that no pod may be without: " in unlimited


def test_an_account_that_may_only_look_is_told_what_it_may_not_make(dev: Environment) -> None:
    looking = dev.account("--verb=get --resource=namespaces")
    with dev.untouched():
        told = dev.preflight(status=1, kubeconfig=looking)
    assert len(told) == 2
    assert told[0].startswith(f"system:serviceaccount:default:{dev.name} may not create namespaces in the cluster. ")
    assert f" in namespace {dev.namespace}. " in told[1]
    for resource in ("deployments.apps", "clusters.postgresql.cnpg.io", "scaledobjects.keda.sh", "services"):
        assert resource in told[1]


def test_an_account_that_may_not_even_look_is_told_so(dev: Environment) -> None:
    with dev.untouched():
        [told] = dev.preflight(status=1, kubeconfig=dev.account())
    assert told.startswith(f"the cluster does not tell whether namespace {dev.namespace} is there: ")
    assert f"system:serviceaccount:default:{dev.name}" in told


def test_an_unknown_context_is_answered_with_those_of_the_kubeconfig(dev: Environment) -> None:
    context = dev.cluster("config", "current-context").stdout.strip()
    [told] = dev.preflight("--context", f"{context}s", status=1)
    assert f" has no context '{context}s'; its contexts are " in told
    assert told.endswith(f"Did you mean {context}?")


def test_what_admission_and_pod_security_and_a_definition_refuse_is_told_together(dev: Environment) -> None:
    dev.make_namespace(
        **{"app.kubernetes.io/managed-by": "scalewright", "app.kubernetes.io/name": dev.namespace},
        **{"app.kubernetes.io/part-of": dev.name, "pod-security.kubernetes.io/warn": "restricted"},
    )
    dev.add(
        "from pulumi_kubernetes.apiextensions import CustomResource\n"
        "from pulumi_kubernetes.apps.v1 import Deployment\n"
        f"here = {{'namespace': '{dev.namespace}'}}\n"
        "labels = {'app': 'loose'}\n"
        "pod = {'metadata': {'labels': labels}, 'spec': {'containers': [{'name': 'x', 'image': 'x'}]}}\n"
        "spec = {'selector': {'match_labels': labels}, 'template': pod}\n"
        "Deployment('loose', metadata={**here, 'name': 'loose'}, spec=spec)\n"
        "keda = {'api_version': 'keda.sh/v1alpha1', 'kind': 'ScaledObject', 'metadata': {**here, 'name': 'wrong'}}\n"
        "spec = {'scaleTargetRef': {'name': 'loose'}, 'triggers': [{'type': 'cron'}], 'maxReplica': 3}\n"
        "CustomResource('wrong', **keda, spec=spec)\n"
    )
    with refusing(dev), dev.untouched():
        told = sorted(dev.preflight(status=1))
    assert len(told) == 3
    assert REFUSING in told[0]
    assert told[0].startswith("ConfigMap redis is refused: ")
    assert told[1].startswith('Deployment loose would get no pods: it would violate PodSecurity "restricted:latest"')
    assert told[2].startswith("ScaledObject wrong is refused: ")


@contextmanager
def refusing(dev: Environment) -> Iterator[None]:
    """Have the cluster refuse every ConfigMap of an environment."""
    name = dev.name
    rule = {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["configmaps"]}
    selector = {"matchLabels": {"kubernetes.io/metadata.name": dev.namespace}}
    group = "admissionregistration.k8s.io/v1"
    policy = {
        "failurePolicy": "Fail",
        "matchConstraints": {"resourceRules": [rule], "namespaceSelector": selector},
        "validations": [
            {
                "expression": "has(object.metadata.annotations) && 'owner' in object.metadata.annotations",
                "message": REFUSING,
            }
        ],
    }
    binding = {"policyName": name, "validationActions": ["Deny"]}
    dev.apply({"apiVersion": group, "kind": "ValidatingAdmissionPolicy", "metadata": {"name": name}, "spec": policy})
    dev.apply(
        {"apiVersion": group, "kind": "ValidatingAdmissionPolicyBinding", "metadata": {"name": name}, "spec": binding}
    )
    settings = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "tried", "namespace": dev.namespace}}
    try:
        _until_refused(dev, settings)
        yield
    finally:
        dev.cluster("delete", "validatingadmissionpolicybinding", name)
        dev.cluster("delete", "validatingadmissionpolicy", name)


def _until_refused(dev: Environment, manifest: dict[str, Any]) -> None:
    """Wait until a policy is in force: the API server learns of it a moment after it is there."""
    deadline = time.monotonic() + 60
    while dev.cluster("create", "--dry-run=server", "-f", "-", text=json.dumps(manifest), check=False).returncode == 0:
        assert time.monotonic() < deadline, "the policy never came into force"
        time.sleep(0.2)


def test_pulumis_program_goes_on_where_the_cluster_can_take_it(dev: Environment) -> None:
    with dev.untouched():
        ended = engine.run(dev.folder / "stacks", "dev", KUBECONFIG=str(dev.kubeconfig))
    assert (ended.status, ended.said) == (0, "")
    assert "kubernetes:core/v1:Namespace" in ended.engine.registered
    assert ended.engine.logged[0].endswith("dev can be applied. Nothing was changed.")


def test_pulumis_program_ends_before_its_first_resource_where_it_cannot(dev: Environment) -> None:
    dev.make_namespace(team="payments")
    with dev.untouched():
        ended = engine.run(dev.folder / "stacks", "dev", KUBECONFIG=str(dev.kubeconfig))
    assert ended.status == 1
    assert ended.said.startswith(f"namespace {dev.namespace} belongs to somebody else: its labels are team=payments; ")
    assert ended.engine.registered == [engine.STACK]
