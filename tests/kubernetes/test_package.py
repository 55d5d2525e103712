"""The component package as Pulumi's engine asks it: over gRPC, in camel case, every number a float."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import grpc
import pytest
import yaml
from google.protobuf import json_format, struct_pb2
from pulumi.runtime import rpc
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc, resource_pb2
from tests.kubernetes.plans import ROOT
from tests.pulumi.engine import Engine, served

from scalewright.evaluation import _plain, evaluate
from scalewright.kubernetes.package import COMPONENTS
from scalewright.plan.resources import SECRET, UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.plan.resources import Resource

#: What resources of the example tell others.
OUTPUTS = {
    "shop": {"name": "shop"},
    "database": {
        "url": "postgresql://app@database-pooler-rw.shop.svc:5432/app",
        "primaryUrl": "postgresql://app@database-rw.shop.svc:5432/app",
        "replicaUrls": "postgresql://app@database-ro.shop.svc:5432/app",
        "secret": "database-app",
        "key": "password",
        "sslMode": "verify-full",
    },
    "broker": {
        "url": "redis+sentinel://broker-sentinel.shop.svc:26379",
        "sentinels": "broker-0.broker-headless.shop.svc:26379",
        "secret": "broker",
        "key": "password",
    },
}
PATIENCE = 60


@dataclass
class Recorder(Engine):
    """Takes down what components ask for, as :func:`scalewright.evaluation.evaluate` tells it."""

    taken: list[dict[str, Any]] = field(default_factory=list)

    def GetDeploymentInfo(self, request: Any, context: Any) -> Any:  # noqa: N802 - the name of the call
        return resource_pb2.DeploymentInfo(supportedFeatures=[resource_pb2.RESOURCE_MONITOR_FEATURE_SECRETS])

    def RegisterResource(self, request: Any, context: Any) -> Any:  # noqa: N802
        above = request.parent.split("::")[2] + "$" if request.parent else ""
        urn = f"urn:pulumi:test::shop::{above}{request.type}::{request.name}"
        inputs = _plain(json_format.MessageToDict(request.object))
        self.taken.append(
            {
                "urn": urn,
                "inputs": inputs,
                "parent": request.parent or None,
                "custom": request.custom,
                "depends_on": tuple(sorted(request.dependencies)),
                "retain_on_delete": request.retainOnDelete,
            }
        )
        return resource_pb2.RegisterResourceResponse(urn=urn, object=request.object)


@dataclass
class Plugin:
    """The running package, and the engine that it talks to."""

    provider: Any
    engine: Recorder
    address: str

    def construct(self, component: str, name: str, properties: dict[str, Any], **more: Any) -> Any:
        """Ask for a component as the engine does in a preview; what it asks for in turn is in `engine.taken`."""
        self.engine.taken.clear()
        request = provider_pb2.ConstructRequest(
            project="shop",
            stack="test",
            dryRun=True,
            monitorEndpoint=self.address,
            type=f"scalewright:index:{component}",
            name=name,
            inputs=json_format.ParseDict(properties, struct_pb2.Struct()),
            **more,
        )
        return self.provider.Construct(request, timeout=PATIENCE)

    def refusal(self, component: str, properties: dict[str, Any]) -> list[str]:
        """Return the lines by which a component is refused; nothing may have been asked for by then."""
        with pytest.raises(grpc.RpcError) as raised:
            self.construct(component, "orders", properties)
        assert raised.value.code() == grpc.StatusCode.INVALID_ARGUMENT  # type: ignore[attr-defined]
        assert self.engine.taken == []
        return str(raised.value.details()).splitlines()  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def plugin() -> Iterator[Plugin]:
    """The package, started as Pulumi starts it."""
    engine = Recorder()
    with served(engine) as address:
        command = [sys.executable, str(ROOT / "components"), address]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            try:
                assert process.stdout is not None
                port = process.stdout.readline().strip()
                with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
                    yield Plugin(provider_pb2_grpc.ResourceProviderStub(channel), engine, address)
            finally:
                process.terminate()


def example() -> dict[str, Any]:
    program = yaml.safe_load((ROOT / "components" / "example" / "Pulumi.yaml").read_text())
    resources: dict[str, Any] = program["resources"]
    return resources


def known(value: Any) -> Any:
    """Return a value of the example with what others tell it."""
    match value:
        case str() if value.startswith("${"):
            resource, output = value.removeprefix("${").removesuffix("}").split(".")
            return OUTPUTS[resource][output]
        case dict():
            return {key: known(one) for key, one in value.items()}
        case list():
            return [known(one) for one in value]
        case _:
            return value


def in_python(component: str) -> list[dict[str, Any]]:
    """Return what the example in Python of a component asks for."""
    reference = (ROOT / "docs" / "components.md").read_text()
    code = reference.split(f"\n## {component}\n")[1].split("```python\n")[1].split("```")[0]
    others = {name: Told(name) for name in OUTPUTS}
    made = evaluate(lambda: exec(code, dict(others)), "shop", "test")  # noqa: S102 - it is ours
    return [comparable(one) for one in made]


@dataclass
class Told:
    """A resource of the example, as Python knows it."""

    name: str

    def __getattr__(self, output: str) -> str:
        first, *words = output.split("_")
        return OUTPUTS[self.name]["".join([first, *map(str.title, words)])]


def comparable(resource: Resource) -> dict[str, Any]:
    names = ("urn", "inputs", "parent", "custom", "depends_on", "retain_on_delete")
    return {name: getattr(resource, name) for name in names}


def by_urn(resources: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {one["urn"]: one for one in resources}


@pytest.mark.parametrize("component", [one.__name__ for one in COMPONENTS])
def test_another_language_gets_the_very_resources_that_python_gets(component: str, plugin: Plugin) -> None:
    [(name, resource)] = [one for one in example().items() if one[1]["type"] == f"scalewright:{component}"]
    plugin.construct(component, name, known(resource["properties"]))
    asked, expected = by_urn(plugin.engine.taken), by_urn(in_python(component))
    assert len(asked) > 1
    assert asked == expected


def test_what_is_secret_or_known_only_later_is_handed_on_as_such(plugin: Plugin) -> None:
    before = "urn:pulumi:test::shop::random:index:RandomPassword::one"
    properties = known(example()["outbox"]["properties"]) | {
        "namespace": output(dependencies=[before]),
        "environment": {"REDIS_URL": output(value="redis://:hunter2@broker", secret=True), "A": "b"},
    }
    plugin.construct("Relay", "outbox", properties)
    [deployment] = [one for one in plugin.engine.taken if one["inputs"].get("kind") == "Deployment"]
    assert deployment["inputs"]["metadata"]["namespace"] == UNKNOWN
    [container] = deployment["inputs"]["spec"]["template"]["spec"]["containers"]
    assert [one["value"] for one in container["env"] if one["name"] == "REDIS_URL"] == [SECRET]
    assert before in deployment["depends_on"]
    assert "hunter2" not in str(plugin.engine.taken)


def test_all_mistakes_come_together_a_line_each_by_the_names_of_the_other_language(plugin: Plugin) -> None:
    properties = known(example()["orders"]["properties"])
    del properties["probes"]["liveness"], properties["command"]
    properties |= {
        "image": "Shop:1",
        "drainSeconds": 5000,
        "hpa": True,
        "environment": {"A": 1},
        "scale": {"min": 9, "max": 3.5, "metrics": [{"type": "requests", "perReplica": -1}]},
    }
    assert plugin.refusal("Service", properties) == [
        "Service 'orders': hpa is not a setting; it must be one of command, drainSeconds, environment, image, "
        "namespace, partOf, probes, processes, prometheus, resources, scale, secrets. Take it out.",
        "Service 'orders': command is missing; it must be given. Give it.",
        "Service 'orders': image is 'Shop:1'; it must be the reference of a container image. Write it as in "
        "ghcr.io/acme/shop:1.4.0, best with its digest (@sha256: and 64 hexadecimal digits).",
        "Service 'orders': environment.A is 1; it must be text. Put it in quotes.",
        "Service 'orders': drainSeconds is 5000; it must be at most 3600. Lower it to 3600 or less.",
        "Service 'orders': scale.max is 3.5; it must be a whole number. Write it in digits, without quotes or "
        "fraction.",
        "Service 'orders': scale.metrics[0].perReplica is -1; it must be more than 0. Raise it above 0.",
        "Service 'orders': probes.liveness is missing; it must be given. Give it.",
    ]


def test_a_whole_mapping_that_is_known_only_later_is_refused_where_it_decides_what_is_made(plugin: Plugin) -> None:
    properties = known(example()["mails"]["properties"]) | {"scale": output(value={"min": 1, "max": 2})}
    assert plugin.refusal("Workers", properties) == [
        "Workers 'orders': scale is known only later; it must be known before anything is made. Give the value itself."
    ]


def output(**told: Any) -> dict[str, Any]:
    """Return what another resource tells, as it travels; without a value it is unknown."""
    return {rpc._special_sig_key: rpc._special_output_value_sig, **told}


def test_outputs_come_back_by_the_names_of_the_other_language(plugin: Plugin) -> None:
    made = plugin.construct("Postgres", "database", {"namespace": "shop", "instances": 2})
    outputs = json_format.MessageToDict(made.state)
    assert outputs["primaryUrl"] == "postgresql://app@database-rw.shop.svc:5432/app"
    assert outputs["caSecret"] == "database-ca"
    assert made.urn.endswith("::scalewright:index:Postgres::database")


def test_what_a_component_waits_for_its_objects_wait_for(plugin: Plugin) -> None:
    before = "urn:pulumi:test::shop::scalewright:index:Migrations::schema"
    plugin.construct("Relay", "outbox", known(example()["outbox"]["properties"]), dependencies=[before])
    component, *objects = plugin.engine.taken
    assert [one["urn"] for one in (component, *objects) if before not in one["depends_on"]] == []
