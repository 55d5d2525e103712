"""The stacks of this repository, their schema, and the commands that show them."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from scalewright.cli.schema import schema
from scalewright.cli.show import show
from scalewright.declaration import Backend, Backlog, Mistakes, environments, load, stack_schema

if TYPE_CHECKING:
    from conftest import Project

ROOT = Path(__file__).parents[2]
ENVIRONMENTS = ["dev", "local", "prod", "staging"]


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    Draft202012Validator.check_schema(stack_schema())
    return Draft202012Validator(stack_schema())


def parsed(text: str) -> Any:
    return YAML(typ="safe", pure=True).load(text)


def run(command: Any, *arguments: str, project: Path = ROOT) -> Any:
    return CliRunner().invoke(command, arguments, obj=SimpleNamespace(project=project))


def test_there_are_the_four_environments() -> None:
    assert environments(ROOT) == ENVIRONMENTS


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_a_shipped_environment_loads_fits_its_schema_and_names_it(
    environment: str, validator: Draft202012Validator
) -> None:
    text = (ROOT / "stacks" / f"Pulumi.{environment}.yaml").read_text()
    assert text.startswith("# yaml-language-server: $schema=schema.json\n")
    assert list(validator.iter_errors(parsed(text))) == []
    assert load(ROOT, environment).platform == ("local" if environment == "local" else "kubernetes")


def test_production_pins_its_image_and_has_the_figures_it_was_given() -> None:
    backend = load(ROOT, "prod")
    assert backend.image is not None
    assert "@sha256:" in backend.image
    assert backend.postgres is not None
    assert backend.postgres.instances == 3
    service, workers = backend.services["orders"], backend.workers["orders"]
    assert (service.scale.min, service.scale.max) == (3, 10)
    assert (workers.scale.min, workers.scale.max, workers.scale.metrics) == (2, 20, [Backlog(50)])


def test_the_local_environment_scales_as_declared_and_limits_no_rate() -> None:
    backend = load(ROOT, "local")
    assert (backend.services["orders"].scale.min, backend.services["orders"].scale.max) == (2, 6)
    assert backend.gateway is not None
    assert backend.gateway.rate_limit is None


def test_the_committed_schema_is_the_one_that_the_command_prints() -> None:
    result = run(schema)
    assert result.exit_code == 0
    assert (ROOT / "stacks" / "schema.json").read_text() == result.output, "scalewright schema > stacks/schema.json"
    assert json.loads(result.output) == stack_schema()


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_show_prints_everything_and_reads_back_as_the_same_declaration(environment: str) -> None:
    declared = load(ROOT, environment)
    as_yaml, as_json = run(show, environment), run(show, environment, "--json")
    assert Backend.model_validate(parsed(as_yaml.output)) == declared
    assert Backend.model_validate(json.loads(as_json.output)) == declared
    assert parsed(as_yaml.output)["services"]["orders"]["probes"]["liveness"] == "/healthz"


def test_the_examples_of_the_documentation_are_true(project: Project) -> None:
    page = (ROOT / "docs" / "declaration.md").read_text()
    _, program, external, overlay, metrics, mistakes, _ = (block.split("\n", 1)[1] for block in page.split("```")[1::2])
    project.declare(program)
    project.overlay(f"platform: kubernetes\nimage: shop:1\n{external}", "managed")
    managed = load(project.path, "managed")
    assert managed.postgres is not None
    assert managed.postgres.has_replicas
    project.stack(overlay, "prod")
    assert load(project.path, "prod").services["orders"].scale.max == 10
    assert len(parsed(metrics)["metrics"]) == 5
    project.overlay("""
        # lines
        # before
        # it
        postgres: {replicas: 2}
        services: {orders: {scale: {min: 9}}}
        workers: {orders: {queues: [orders, mail]}}
    """)
    assert project.mistakes() == mistakes.splitlines()[1:]


def test_show_means_the_local_environment_unless_told_otherwise() -> None:
    assert run(show).output == run(show, "local").output


def test_show_passes_mistakes_on(project: Project) -> None:
    result = run(show, "prd", project=project.path)
    assert isinstance(result.exception, Mistakes)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        None,
        {"name": None},
        {"services": {"orders": None}},
        {"services": {"orders": {"scale": {"max": 9}}}},
        {"services": {"orders": {"scale": None}}},
        {"postgres": {"storage": 1000000000, "parameters": {"work_mem": None, "jit": False}}},
        {"redis": {"memory": "1.5Gi"}},
        {"workers": {"orders": {"scale": {"metrics": [{"type": "backlog", "per_replica": 5}]}}}},
    ],
)
def test_the_schema_takes_parts_of_a_declaration_and_null(changes: object, validator: Draft202012Validator) -> None:
    assert list(validator.iter_errors({"config": {"scalewright:backend": changes}})) == []


@pytest.mark.parametrize(
    "stack",
    [
        [],
        {"confg": {}},
        {"config": {"backend": {}}},
        {"config": {"scalewright:backnd": {}}},
        {"config": {"scalewright:backend": []}},
        *(
            {"config": {"scalewright:backend": changes}}
            for changes in (
                {"nam": "shop"},
                {"name": "Shop"},
                {"platform": "nomad"},
                {"postgres": {"replicas": 2}},
                {"postgres": {"instances": 0}},
                {"postgres": {"instances": "2"}},
                {"redis": {"memory": "1 GB"}},
                {"services": {"My_Service": {}}},
                {"services": {"orders": {"routes": []}}},
                {"services": {"orders": {"routes": ["orders"]}}},
                {"services": {"orders": {"uses": ["mysql"]}}},
                {"services": {"orders": {"drain": 30}}},
                {"services": {"orders": {"scale": {"metrics": [{"utilization": 50}]}}}},
                {"services": {"orders": {"scale": {"metrics": [{"type": "cpu", "utilization": None}]}}}},
                {"services": {"orders": {"environment": {"9": "x"}}}},
            )
        ),
    ],
)
def test_the_schema_refuses_what_the_models_would(stack: object, validator: Draft202012Validator) -> None:
    assert list(validator.iter_errors(stack)) != []


def test_the_schema_describes_every_setting() -> None:
    for name, part in stack_schema()["$defs"].items():
        for setting, details in part["properties"].items():
            assert details.get("description"), f"{name}.{setting}"
