"""The operators of a cluster: pinned, in order, switchable, and the same as what environments expect of them."""

from __future__ import annotations

import re
import runpy
from textwrap import dedent
from typing import TYPE_CHECKING, Any

import pytest
from ruamel.yaml import YAML
from tests.kubernetes import definitions
from tests.kubernetes.plans import ROOT, shipped

from scalewright.declaration import load
from scalewright.evaluation import ProgramError, evaluate
from scalewright.kubernetes import observability
from scalewright.kubernetes.addon import ADDONS
from scalewright.kubernetes.addons import Addons, ordered
from scalewright.plan.operators import BRINGS, METRICS, operators
from scalewright.plan.render import manifests

if TYPE_CHECKING:
    from scalewright.plan.resources import Resource

FOLDER = ROOT / "stacks" / "addons"
CLUSTERS = sorted(path.stem.removeprefix("Pulumi.") for path in FOLDER.glob("Pulumi.*.yaml"))


def made(operators: Any = None) -> dict[str, Resource]:
    args: Any = {} if operators is None else {"operators": operators}
    found = evaluate(lambda: [Addons("addons", args), None][1], "addons", "test")
    return {one.name: one for one in found if one.name != "addons"}


def refused(operators: Any) -> list[str]:
    with pytest.raises(ProgramError) as raised:
        made(operators)
    return [line.removeprefix("Addons 'addons': ") for line in str(raised.value).splitlines()]


def settings(cluster: str) -> dict[str, Any]:
    return YAML(typ="safe").load(FOLDER / f"Pulumi.{cluster}.yaml")["config"]["addons:operators"]


def in_values(addon: str, path: str, operators: Any = None) -> Any:
    found: Any = made(operators)[addon].inputs["values"]
    for step in path.split("."):
        found = found[step]
    return found


def test_all_addons_are_made_unless_told_otherwise_and_each_is_one_release_of_an_exact_version() -> None:
    found = made()
    assert found.keys() == ADDONS.keys()
    for name, one in found.items():
        if name == "gateway-api":
            assert one.type == "kubernetes:yaml/v2:ConfigFile"
            assert re.search(r"/v\d+\.\d+\.\d+/standard-install\.yaml$", one.inputs["file"])
        else:
            assert one.type == "kubernetes:helm.sh/v3:Release"
            assert one.inputs["name"] == name
            assert re.fullmatch(r"v?\d+\.\d+\.\d+", one.inputs["version"])
            assert one.inputs["chart"].startswith("oci://") == ("repositoryOpts" not in one.inputs)


def test_versions_are_those_whose_resources_are_made() -> None:
    assert ADDONS["gateway-api"].version.startswith("1.6.")
    assert ADDONS["cloudnative-pg"].version.startswith("0.29.")  # the chart of CloudNativePG 1.30
    assert ADDONS["strimzi"].version.startswith("1.2.")
    assert ADDONS["traefik"].version.startswith("41.")  # the chart of Traefik 3.7


def test_what_another_needs_comes_before_it() -> None:
    names, found = ordered(), made()
    for name, addon in ADDONS.items():
        for before in (*addon.needs, *addon.beside):
            assert names.index(before) < names.index(name)
            assert found[before].urn in found[name].depends_on
    assert {"cloudnative-pg", "cert-manager"} <= set(ADDONS["barman-cloud"].needs)


def test_namespaces_are_those_that_network_policies_let_in() -> None:
    text = str([one for one in manifests(shipped("prod")) if one["kind"] == "NetworkPolicy"])
    let_in = set(re.findall(r"'kubernetes\.io/metadata\.name': '([a-z-]+)'", text)) - {"kube-system"}
    found = made()
    ours = ("cloudnative-pg", "keda", "monitoring", "strimzi", "traefik")
    assert {found[name].inputs["namespace"] for name in ours} == let_in
    assert found["barman-cloud"].inputs["namespace"] == found["cloudnative-pg"].inputs["namespace"]


def test_every_addon_that_a_render_may_need_is_there() -> None:
    assert {*BRINGS.values(), METRICS} == ADDONS.keys()


def test_traefik_serves_the_gateways_that_environments_make() -> None:
    gateway = next(one for one in manifests(shipped("prod")) if one["kind"] == "Gateway")
    assert in_values("traefik", "gatewayClass.name") == gateway["spec"]["gatewayClassName"]
    ports = in_values("traefik", "ports")
    assert {ports["web"]["port"], ports["websecure"]["port"]} == {one["port"] for one in gateway["spec"]["listeners"]}
    assert (ports["web"]["exposedPort"], ports["websecure"]["exposedPort"]) == (80, 443)
    assert in_values("traefik", "providers.kubernetesGateway.enabled") is True
    assert in_values("traefik", "gateway.enabled") is False
    assert in_values("traefik", "service.spec") == {"type": "LoadBalancer", "externalTrafficPolicy": "Local"}
    assert in_values("traefik", "podSecurityContext.runAsNonRoot") is True


def test_traefik_has_time_to_end_what_is_under_way() -> None:
    cycle = in_values("traefik", "ports.websecure.transport.lifeCycle")
    seconds = [int(cycle[key].removesuffix("s")) for key in ("requestAcceptGraceTimeout", "graceTimeOut")]
    assert sum(seconds) < in_values("traefik", "deployment.terminationGracePeriodSeconds")


def test_prometheus_and_grafana_look_into_every_namespace() -> None:
    spec = in_values("monitoring", "prometheus.prometheusSpec")
    for kind in ("serviceMonitor", "podMonitor", "rule"):
        assert spec[f"{kind}SelectorNilUsesHelmValues"] is False
    dashboards = in_values("monitoring", "grafana.sidecar.dashboards")
    assert {dashboards["label"]: dashboards["labelValue"]} == observability.DASHBOARD
    assert dashboards["searchNamespace"] == "ALL"


def test_definitions_outlive_what_brings_them() -> None:
    found = made()
    assert found["gateway-api"].retain_on_delete
    assert in_values("cert-manager", "crds") == {"enabled": True, "keep": True}
    assert in_values("keda", "crds.additionalAnnotations") == {"helm.sh/resource-policy": "keep"}


@pytest.mark.parametrize("asked", [False, {"installed": True}])
def test_an_addon_that_is_not_to_be_made_is_not_and_all_others_are(asked: Any) -> None:
    assert ADDONS.keys() - made({"keda": asked}).keys() == {"keda"}


def test_what_needs_one_that_is_there_already_goes_ahead_without_waiting_for_it() -> None:
    found = made({"cert-manager": {"installed": True}})
    assert found["barman-cloud"].depends_on == (found["cloudnative-pg"].urn,)


def test_values_that_rest_on_another_addon_are_there_only_with_it() -> None:
    path = "prometheus.operator.serviceMonitor.enabled"
    assert in_values("keda", path) is True
    assert in_values("keda", path, {"monitoring": {"installed": True}}) is True
    assert "prometheus" not in made({"monitoring": False})["keda"].inputs["values"]
    without = made({"gateway-api": False, "traefik": False})
    assert "config" not in without["cert-manager"].inputs["values"]


def test_version_namespace_and_values_can_be_others() -> None:
    asked = {
        "cloudnative-pg": {"version": "0.30.0", "namespace": "databases"},
        "traefik": {"values": {"service": {"spec": {"type": "NodePort"}}, "deployment": {"replicas": 5}}},
        "gateway-api": {"version": "v1.6.2"},
    }
    found = made(asked)
    assert found["cloudnative-pg"].inputs["version"] == "0.30.0"
    for name in ("cloudnative-pg", "barman-cloud"):  # the plugin follows
        assert found[name].inputs["namespace"] == "databases"
    assert in_values("traefik", "service.spec", asked) == {"type": "NodePort", "externalTrafficPolicy": "Local"}
    assert in_values("traefik", "deployment", asked) == {"replicas": 5, "terminationGracePeriodSeconds": 60}
    assert "/v1.6.2/" in found["gateway-api"].inputs["file"]


def test_switching_off_what_others_need_says_who_they_are() -> None:
    assert refused({"cert-manager": False, "gateway-api": False}) == [
        "operators.gateway-api is false; it must be there for traefik. "
        "Write {installed: true} if the cluster has it already, or switch off traefik too.",
        "operators.cert-manager is false; it must be there for barman-cloud. "
        "Write {installed: true} if the cluster has it already, or switch off barman-cloud too.",
    ]
    assert "cert-manager" not in made({"cert-manager": False, "barman-cloud": False})
    assert "cert-manager" not in made({"cert-manager": False, "barman-cloud": {"installed": True}})


def test_all_mistakes_are_told_together_a_line_each() -> None:
    lines = refused(
        {
            "kedda": False,
            "keda": {"version": "latest"},
            "strimzi": "no",
            "traefik": {"instaled": True, "namespace": "Edge"},
            "gateway-api": {"values": {}},
            "monitoring": {"installed": True, "version": "88.5.3"},
            "barman-cloud": {"version": "~0.8"},
        }
    )
    assert [line.partition(";")[0] for line in lines] == [
        "operators.kedda is not a setting",
        "operators.keda.version is 'latest'",
        "operators.strimzi is 'no'",
        "operators.traefik.namespace is 'Edge'",
        "operators.traefik.instaled is not a setting",
        "operators.gateway-api.values is {}",
        "operators.monitoring.version is '88.5.3'",
        "operators.barman-cloud.version is '~0.8'",
    ]
    assert lines[0].endswith("Did you mean keda?")
    assert lines[1].endswith("Write it as in 2.21.1.")


def test_the_plugin_must_be_where_cloudnative_pg_is() -> None:
    [line] = refused({"barman-cloud": {"namespace": "backups"}})
    assert "it must be that of cloudnative-pg, which is 'cnpg-system'" in line


def test_settings_must_be_a_mapping() -> None:
    [line] = refused(["keda"])
    assert line.startswith("operators is ['keda']; it must be a mapping.")


def test_versions_of_what_was_made_are_told() -> None:
    def program() -> None:
        addons = Addons("addons", {"operators": {"strimzi": {"installed": True}, "keda": {"version": "2.22.0"}}})
        addons.installed.apply(told.update)

    told: dict[str, str] = {}
    evaluate(program, "addons", "test")
    assert told["keda"] == "2.22.0"
    assert told["traefik"] == ADDONS["traefik"].version
    assert "strimzi" not in told


@pytest.mark.parametrize("cluster", CLUSTERS)
def test_the_program_of_a_shipped_cluster_makes_what_its_file_says(cluster: str) -> None:
    told = {"addons:operators": settings(cluster)}
    found = evaluate(lambda: [runpy.run_path(str(FOLDER), run_name="__main__"), None][1], "addons", cluster, told)
    assert {one.name for one in found} == {"addons", *made(settings(cluster))}


@pytest.mark.parametrize(("cluster", "environments"), [("kind", ["dev"]), ("managed", ["staging", "prod"])])
def test_a_shipped_cluster_has_what_its_environments_need(cluster: str, environments: list[str]) -> None:
    there = ADDONS.keys() - {name for name, asked in settings(cluster).items() if asked is False}
    for environment in environments:
        needed = operators(manifests(shipped(environment)))
        assert needed.keys() <= there
        assert load(ROOT, environment).platform == "kubernetes"


@pytest.mark.skipif(
    not definitions.FOLDER.exists(), reason="the definitions of custom resources are not beside the checkout"
)
def test_the_issuer_of_the_documentation_is_valid() -> None:
    page = (ROOT / "docs" / "kubernetes.md").read_text()
    blocks = [dedent(block) for block in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)]
    [issuer] = [block for block in map(YAML(typ="safe").load, blocks) if block.get("kind") == "ClusterIssuer"]
    assert definitions.mistakes(issuer) == []


def test_the_table_of_the_documentation_is_true() -> None:
    page = (ROOT / "docs" / "kubernetes.md").read_text()
    table = page.split("\n## Operators\n")[1].split("\n## ")[0]
    rows = re.findall(r"^\| `([a-z-]+)` \| `([^`]+)` \| ([^|]+) \|", table, re.MULTILINE)
    assert {name: (version, namespace) for name, version, namespace in rows} == {
        name: (addon.version, f"`{addon.namespace}`" if addon.namespace else "the whole cluster")
        for name, addon in ADDONS.items()
    }
