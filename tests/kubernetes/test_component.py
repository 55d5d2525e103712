"""What every component does: waits as a whole, keeps to its options, and is there once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pulumi import ResourceOptions, ResourceTransformationArgs, ResourceTransformationResult
from pulumi_kubernetes.core.v1 import ConfigMap
from tests.kubernetes.plans import ROOT

from scalewright.cli.render import render
from scalewright.evaluation import ProgramError, evaluate
from scalewright.kubernetes.component import Component
from scalewright.kubernetes.namespace import Namespace
from scalewright.kubernetes.relay import Relay
from scalewright.plan.render import RenderError, manifests

if TYPE_CHECKING:
    from collections.abc import Callable

    from scalewright.plan.resources import Resource

ARGS: Any = {"namespace": "ours", "image": "shop:1", "command": ["relay"]}


def made(program: Callable[[], None]) -> dict[str, Resource]:
    return {f"{one.inputs.get('kind', 'component')} {one.name}": one for one in evaluate(program, "shop", "test")}


def test_what_is_in_a_component_waits_for_what_the_component_waits_for() -> None:
    def program() -> None:
        first = Namespace("ours", {})
        Relay("one", ARGS, ResourceOptions(depends_on=[first]))
        Relay("two", ARGS, ResourceOptions(depends_on=first))
        Relay("three", ARGS)

    found = made(program)
    namespace = found["Namespace ours"].urn
    assert namespace in found["Deployment one"].depends_on
    assert namespace in found["Deployment two"].depends_on
    assert namespace not in found["Deployment three"].depends_on
    assert found["Deployment one"].urn in found["PodDisruptionBudget one"].depends_on


def test_all_that_a_component_makes_is_below_it() -> None:
    found = made(lambda: [Relay("one", ARGS), None][1])
    component = found.pop("component one")
    assert {one.parent for one in found.values()} == {component.urn}


def test_options_of_a_component_hold_for_all_that_is_in_it() -> None:
    def annotate(args: ResourceTransformationArgs) -> ResourceTransformationResult | None:
        if not args.type_.startswith("kubernetes:"):
            return None
        metadata = {**args.props["metadata"], "annotations": {"team": "shop"}}
        return ResourceTransformationResult({**args.props, "metadata": metadata}, args.opts)

    options = ResourceOptions(protect=True, transformations=[annotate])
    found = made(lambda: [Relay("one", ARGS, options), None][1])
    assert all(one.protect for one in found.values())
    found.pop("component one")
    assert [one.inputs["metadata"]["annotations"] for one in found.values()] == [{"team": "shop"}] * 3


def test_every_component_registers_its_outputs_once_and_all_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    registered: list[tuple[str, list[str]]] = []

    def register(component: Component, outputs: dict[str, Any]) -> None:
        registered.append((type(component).__name__, list(outputs)))

    monkeypatch.setattr(Component, "register_outputs", register)
    made(lambda: exec("\n".join(documented()), {}))  # noqa: S102 - it is ours
    assert len(registered) == 13
    assert len(dict(registered)) == 13
    told = dict(registered)
    assert (told["Namespace"], told["Service"], told["Migrations"], told["Relay"]) == (["name"], ["url"], ["job"], [])
    assert {"primary_endpoint", "replica_endpoint", "pooler_endpoint", "secret", "key"} <= set(told["Postgres"])


def test_a_component_used_twice_under_one_name_is_one_clear_line() -> None:
    def program() -> None:
        Relay("one", ARGS)
        Relay("one", ARGS)

    with pytest.raises(ProgramError) as raised:
        evaluate(program, "shop", "test")
    [line] = str(raised.value).splitlines()
    assert line.startswith("Relay 'one' is made twice; Pulumi knows both as urn:pulumi:test::shop::")
    assert line.endswith(". Rename one of the two")


def test_the_same_name_in_different_kinds_of_component_is_no_repetition() -> None:
    def program() -> None:
        Relay("one", ARGS)
        Namespace("one", {})

    assert {"Deployment one", "Namespace one"} <= made(program).keys()


def test_two_objects_of_one_name_in_one_namespace_are_not_rendered_over_each_other() -> None:
    def program() -> None:
        for name in ("first", "second"):
            ConfigMap(name, metadata={"name": "settings", "namespace": "ours"}, data={"of": name})

    with pytest.raises(RenderError, match=r"these are made twice under one name: ConfigMap ours/settings\. Rename"):
        manifests(evaluate(program, "shop", "test"))


def test_the_command_passes_what_a_program_refuses_on_line_by_line(tmp_path: Any) -> None:
    from types import SimpleNamespace

    from click.testing import CliRunner

    from scalewright.local.errors import PlatformError

    (tmp_path / "stacks").mkdir()
    for file in ("backend.py", "Pulumi.dev.yaml"):
        (tmp_path / "stacks" / file).write_text((ROOT / "stacks" / file).read_text())
    (tmp_path / "stacks" / "__main__.py").write_text(
        "from scalewright.kubernetes.relay import Relay\n"
        "Relay('one', {'namespace': 'ours', 'image': 'Shop', 'command': 'relay'})\n"
    )
    result = CliRunner().invoke(render, ["dev", "-o", str(tmp_path / "out")], obj=SimpleNamespace(project=tmp_path))
    assert isinstance(result.exception, PlatformError)
    assert [line.partition("; ")[0] for line in result.exception.troubles] == [
        "dev cannot be rendered: Relay 'one': image is 'Shop'",
        "dev cannot be rendered: Relay 'one': command is 'relay'",
    ]
    assert not (tmp_path / "out").exists()


def documented() -> list[str]:
    """Return the programs that docs/kubernetes.md shows, which make every component but the whole backend."""
    page = (ROOT / "docs" / "kubernetes.md").read_text()
    return [block.removeprefix("python\n") for block in page.split("```")[1::2] if block.startswith("python\n")]


def test_the_examples_of_the_documentation_are_true() -> None:
    examples = documented()
    found = made(lambda: exec(examples[0], {}))  # noqa: S102 - it is ours
    assert {"Namespace web", "Deployment web", "HorizontalPodAutoscaler web", "Service web"} <= found.keys()
    found = made(lambda: exec("\n".join(examples), {}))  # noqa: S102
    nouns = {path.stem for path in (ROOT / "components" / "scalewright" / "kubernetes").glob("*.py")} & {
        line.split()[1].rpartition(".")[2] for example in examples for line in example.splitlines() if "import" in line
    }
    assert len(nouns) == 13
    assert {
        *("Cluster database", "StatefulSet broker", "Kafka streams", "KafkaUser streams-web", "ConfigMap uploads"),
        *("Deployment web-relay", "Deployment web-beat", "ScaledObject web-worker", "Gateway gateway", "HTTPRoute web"),
        *("NetworkPolicy network-default-deny", "NetworkPolicy network-web", "ServiceMonitor web"),
    } <= found.keys()
