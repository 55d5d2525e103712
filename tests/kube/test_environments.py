"""What a real API server says to the manifests of each environment."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from scalewright.plan.references import external
from scalewright.plan.render import REFERENCES, manifests, render
from scalewright.program import plan

if TYPE_CHECKING:
    from tests.kube.conftest import Kubectl

ROOT = Path(__file__).parents[2]
ENVIRONMENTS = ("dev", "staging", "prod")
#: What others make that is no object of the cluster's API server alone, or of the whole cluster.
WORKLOADS = ("Deployment", "StatefulSet", "Job")


class Applied:
    """The manifests of one environment on a cluster."""

    def __init__(self, environment: str, folder: Path, cluster: Kubectl) -> None:
        resources = plan(ROOT, environment)
        self.objects = manifests(resources)
        self.folder = folder
        self.cluster = cluster
        self.namespace = next(one["metadata"]["name"] for one in self.objects if one["kind"] == "Namespace")
        for name, text in render(resources).items():
            if name != REFERENCES:
                (folder / name).write_text(text)
        self.first = self.apply()

    def apply(self) -> Any:
        return self.cluster("apply", "--server-side", "-f", str(self.folder))

    def of_kind(self, *kinds: str) -> list[dict[str, Any]]:
        return [one for one in self.objects if one["kind"] in kinds]

    def live(self, *kinds: str) -> list[dict[str, Any]]:
        """Return the objects of some kinds as the cluster has them."""
        names = ",".join(kind.lower() for kind in kinds)
        answer = json.loads(self.cluster("get", names, "-n", self.namespace, "-o", "json").stdout)
        items: list[dict[str, Any]] = answer["items"]
        return items

    def pods(self) -> list[tuple[str, dict[str, str], dict[str, Any]]]:
        """Return the name, the labels and the description of the pods of each workload."""
        return [
            (one["metadata"]["name"], one["spec"]["template"]["metadata"]["labels"], _pod(one["spec"]))
            for one in self.of_kind(*WORKLOADS)
        ]


def _pod(workload: dict[str, Any]) -> dict[str, Any]:
    """Return the description of a workload's pods, with the volumes that its controller would add."""
    spec: dict[str, Any] = workload["template"]["spec"]
    claims = [one["metadata"]["name"] for one in workload.get("volumeClaimTemplates", ())]
    volumes = [{"name": name, "persistentVolumeClaim": {"claimName": f"{name}-0"}} for name in claims]
    return {**spec, "volumes": [*spec.get("volumes", ()), *volumes]}


@pytest.fixture(scope="module", params=ENVIRONMENTS)
def applied(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, cluster: Kubectl) -> Applied:
    return Applied(request.param, tmp_path_factory.mktemp(request.param), cluster)


def test_every_manifest_is_accepted_without_a_warning(applied: Applied) -> None:
    assert applied.first.stderr == ""
    assert applied.first.stdout.count("serverside-applied") == len(applied.objects)


def test_a_second_apply_changes_nothing(applied: Applied) -> None:
    def versions() -> dict[str, str]:
        found = json.loads(applied.cluster("get", "-f", str(applied.folder), "-o", "json").stdout)["items"]
        # Controllers go on to write the status of what they look after; what is asked for has a generation.
        return {
            f"{one['kind']}/{one['metadata']['name']}": json.dumps(
                [one["metadata"].get("generation"), one.get("spec"), one.get("data"), one["metadata"].get("labels")]
            )
            for one in found
        }

    before = versions()
    assert applied.apply().stderr == ""
    assert versions() == before


def test_the_namespace_refuses_a_pod_that_is_not_restricted_and_takes_ours(applied: Applied) -> None:
    loose = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "loose", "namespace": applied.namespace},
        "spec": {"containers": [{"name": "x", "image": "x"}]},
    }
    refused = applied.cluster("create", "--dry-run=server", "-f", "-", text=json.dumps(loose), check=False)
    assert refused.returncode != 0
    assert 'violates PodSecurity "restricted' in refused.stderr
    for name, labels, spec in applied.pods():
        pod = {**loose, "metadata": {"name": name, "namespace": applied.namespace, "labels": labels}, "spec": spec}
        answer = applied.cluster("create", "--dry-run=server", "-f", "-", text=json.dumps(pod))
        assert "Warning" not in answer.stderr, name


def test_every_service_selects_pods_that_exist(applied: Applied) -> None:
    labels = [labels for _, labels, _ in applied.pods()]
    for service in applied.of_kind("Service"):
        selector = service["spec"].get("selector", {})
        assert selector, service["metadata"]["name"]
        assert any(selector.items() <= one.items() for one in labels), service["metadata"]["name"]


def test_every_budget_selects_pods_and_permits_a_disruption(applied: Applied) -> None:
    budgets = applied.of_kind("PodDisruptionBudget")
    assert budgets
    replicas = {
        json.dumps(one["spec"]["selector"]["matchLabels"], sort_keys=True): one["spec"].get("replicas", 1)
        for one in applied.of_kind("Deployment", "StatefulSet")
    }
    replicas |= {  # its operator gives the pods of a pooler this label
        json.dumps({"cnpg.io/poolerName": one["metadata"]["name"]}): one["spec"]["instances"]
        for one in applied.of_kind("Pooler")
    }
    for budget in budgets:
        selector = json.dumps(budget["spec"]["selector"]["matchLabels"], sort_keys=True)
        assert selector in replicas, budget["metadata"]["name"]
        allowed = budget["spec"].get("maxUnavailable", replicas[selector] - budget["spec"].get("minAvailable", 0))
        assert allowed > 0, budget["metadata"]["name"]


def test_autoscalers_find_what_they_scale_and_leave_its_number_alone(applied: Applied) -> None:
    scalers = applied.live("HorizontalPodAutoscaler", "ScaledObject")
    deployments = {one["metadata"]["name"]: one for one in applied.of_kind("Deployment")}
    assert scalers
    for scaler in scalers:
        target = deployments[scaler["spec"]["scaleTargetRef"]["name"]]
        assert "replicas" not in target["spec"]


def test_every_reference_resolves_or_is_on_the_list_of_what_others_make(applied: Applied) -> None:
    page = render(plan(ROOT, applied.folder.name.rstrip("0123456789")))[REFERENCES]
    for one in external(applied.objects):
        assert f"| {one.kind} | {one.name} |" in page
        assert one.kind in {"Secret", "Service", "ClusterIssuer", "GatewayClass", "ServiceAccount"}, one
