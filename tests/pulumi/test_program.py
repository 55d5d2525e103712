"""The Pulumi program: one resource that holds the plan, and one clear line where there is no plan."""

import json
import subprocess
import sys

import pulumi
import pytest
from tests.pulumi.program import Project, run

from scalewright.declaration import load
from scalewright.local import secrets
from scalewright.local.platform import LocalPlatform
from scalewright.plan.records import Process


def processes(inputs: dict[str, object]) -> dict[str, Process]:
    """Return the properties that describe a process, as its record."""
    return {name: Process.model_validate(value) for name, value in inputs.items() if isinstance(value, dict)}


async def test_a_local_stack_is_one_resource_whose_inputs_are_the_plan(project: Project) -> None:
    (registered,) = (await run(project)).registered
    assert (registered.typ, registered.name) == ("pulumi-python:dynamic/scalewright:LocalBackend", "shop")
    plan = LocalPlatform(project.folder, "local").survey(load(project.folder, "local")).plan
    assert processes(registered.inputs) == {record.name: record for record in plan}
    assert len(plan) > 5


async def test_the_same_declaration_gives_the_same_inputs(project: Project) -> None:
    first, second = [(await run(project)).registered[0].inputs for _ in range(2)]
    assert first == second


async def test_an_edit_of_the_overlay_changes_the_processes_that_it_touches_only(project: Project) -> None:
    before = processes((await run(project)).registered[0].inputs)
    project.overlay("platform: local\npostgres: {seed: shop.products.seed}\nservices: {orders: {database: {size: 8}}}")
    project_after = processes((await run(project)).registered[0].inputs)
    differing = {name for name in before if before[name] != project_after[name]}
    assert {"orders-1", "orders-2"} <= differing
    assert not differing & {"postgres", "redis", "orders-worker-1"}


async def test_addresses_are_exported(project: Project) -> None:
    project.overlay("platform: local\npostgres: {instances: 3}\ngateway: {port: 8123}")
    exported = (await run(project)).exported
    ports = {name: one.port for name, one in processes((await run(project)).registered[0].inputs).items()}
    assert exported == {
        "url": "http://localhost:8123",
        "primary": f"127.0.0.1:{ports['postgres']}",
        "replicas": [f"127.0.0.1:{ports['postgres-replica-1']}", f"127.0.0.1:{ports['postgres-replica-2']}"],
    }


async def test_secrets_are_inputs_by_name_never_by_value(project: Project) -> None:
    project.overlay("platform: local\nobject_store: {buckets: [uploads]}")
    state = LocalPlatform(project.folder, "local").state
    state.create()
    secrets.ensure(state)
    inputs = json.dumps((await run(project)).registered[0].inputs)
    assert '{"secret": "object-store-auth"}' in inputs
    assert "{{secret:redis}}" in inputs
    values = [path.read_text() for path in (state / "secrets").iterdir()]
    assert len(values) > 5
    assert not [value for value in values if value in inputs]


async def test_a_platform_that_is_not_there_yet_is_one_line(project: Project) -> None:
    project.overlay("platform: docker\nimage: ghcr.io/acme/shop:1.0")
    with pytest.raises(pulumi.RunError) as raised:
        await run(project)
    assert str(raised.value) == (
        "environment local is on platform docker, which this version cannot run yet. "
        "Name an environment whose platform is kubernetes or local"
    )


async def test_all_mistakes_of_a_declaration_are_told_together(project: Project) -> None:
    project.overlay("platform: local\nservices: {orders: {databse: {size: 8}, scale: {min: 9}}}")
    with pytest.raises(pulumi.RunError) as raised:
        await run(project)
    first, second = str(raised.value).splitlines()
    assert first.startswith("stacks/Pulumi.local.yaml:4:25: services.orders.databse is not a setting")
    assert second.startswith("stacks/Pulumi.local.yaml:4:53: services.orders.scale.min is 9")


async def test_a_stack_without_a_file_names_the_nearest_environment(project: Project) -> None:
    with pytest.raises(pulumi.RunError, match=r"Pulumi\.lokal\.yaml: .* Did you mean local\?"):
        await run(project, stack="lokal")


async def test_a_program_that_is_missing_is_said_before_anything_is_registered(project: Project) -> None:
    project.overlay("platform: local\nprograms: {postgres: /nowhere}")
    with pytest.raises(pulumi.RunError, match="no usable postgres was found"):
        await run(project)


async def test_an_environment_that_did_not_come_up_ends_the_program(project: Project) -> None:
    with pytest.raises(pulumi.RunError, match="local is not healthy: orders-1"):
        await run(project, failure="local is not healthy: orders-1")


def test_the_python_beside_the_program_is_that_of_the_project_or_says_what_brings_it(project: Project) -> None:
    beside = project.folder / "stacks" / ".venv" / "bin" / "python"
    missing = subprocess.run([beside, "-c", ""], capture_output=True, text=True, check=False)
    assert (missing.returncode, missing.stderr) == (
        1,
        f"{project.folder}/.venv is not there. Run `make bootstrap` in {project.folder}\n",
    )
    (project.folder / ".venv").symlink_to(sys.prefix)
    where = subprocess.check_output([beside, "-c", "import sys; print(sys.executable)"], text=True)
    assert where == f"{project.folder}/.venv/bin/python\n"
