"""The component package in the hands of Pulumi's own command line, for a program that is no Python."""

from __future__ import annotations

import json
import os
import re
import shutil
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from tests.e2e.local.stack import ROOT
from tests.e2e.pulumi.command import CommandLine
from tests.kube.pulumi_project import PROVIDERS, missing, without_nothing

from scalewright.evaluation import evaluate

if TYPE_CHECKING:
    from scalewright.plan.resources import Resource

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> CommandLine:
    """The example, beside the package in a copy of the checkout that has no environment yet."""
    if lacking := missing():
        pytest.skip(lacking)
    folder = tmp_path_factory.mktemp("a clone")
    clone = folder / "scalewright"
    shutil.copytree(ROOT / "components", clone / "components", ignore=shutil.ignore_patterns(".venv", "__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, clone)
    made = CommandLine(clone / "components" / "example", folder / "home", {"KUBECONFIG": str(folder / "none")})
    providers(made.home / "plugins")
    program = yaml.safe_load((ROOT / "components" / "example" / "Pulumi.yaml").read_text())
    del program["resources"]["operators"]  # releases of Helm, whose charts a preview downloads
    write(made, program)
    return made


def providers(folder: Path) -> None:
    """Have the providers that are here, as if they were installed."""
    folder.mkdir()
    users = Path(os.environ.get("PULUMI_HOME", Path.home() / ".pulumi")) / "plugins"
    for one in users.iterdir() if users.is_dir() else ():
        (folder / one.name).symlink_to(one)
    for name in PROVIDERS:
        made, program = folder / f"resource-{name}-v{version(f'pulumi-{name}')}", f"pulumi-resource-{name}"
        if not made.exists() and (found := shutil.which(program)):
            made.mkdir()
            (made / program).symlink_to(found)


def write(example: CommandLine, program: dict[str, Any]) -> None:
    (example.project / "Pulumi.yaml").write_text(yaml.safe_dump(program, sort_keys=False))


def test_the_command_line_installs_the_package_and_gets_the_schema_that_is_committed(example: CommandLine) -> None:
    shown = example.run("package", "get-schema", "../")
    got = json.loads(shown[shown.index("\n{") :])
    assert filled(got) == filled(json.loads((ROOT / "components" / "schema.json").read_text()))


def filled(part: Any) -> Any:
    """Return a part of a schema without what is empty, which the command line leaves out or adds."""
    if isinstance(part, dict):
        return {key: filled(one) for key, one in part.items() if one not in ({}, [], None)}
    return [filled(one) for one in part] if isinstance(part, list) else part


def test_a_program_in_yaml_makes_the_very_objects_that_one_in_python_makes(
    yaml_host: None, example: CommandLine
) -> None:
    example.run("stack", "init", "test")
    steps = example.data("preview", "-s", "test")["steps"]
    told = {one["urn"]: one["newState"]["inputs"] for one in steps if one["newState"].get("custom")}
    expected = {one.urn: one.inputs for one in in_python() if one.custom}
    assert len(expected) > 40
    assert {urn: without_nothing(inputs) for urn, inputs in told.items() if ":providers:" not in urn} == {
        urn: without_nothing(inputs) for urn, inputs in expected.items()
    }


def test_mistakes_are_shown_a_line_each_and_without_a_traceback(yaml_host: None, example: CommandLine) -> None:
    program = yaml.safe_load((example.project / "Pulumi.yaml").read_text())
    orders = program["resources"]["orders"]
    orders["properties"] |= {"namespace": "shop", "drainSeconds": 5000, "image": "Shop:1"}
    orders["properties"] |= {"environment": {}, "secrets": []}
    write(example, {**program, "resources": {"orders": orders}})
    example.run("stack", "init", "wrong")
    shown = example.run("preview", "-s", "wrong", status=1)
    lines = [line.strip() for line in shown[shown.index("Diagnostics:") :].splitlines() if "Service 'orders': " in line]
    assert [line.partition("Service 'orders': ")[2].partition(";")[0] for line in lines] == [
        "image is 'Shop:1'",
        "drainSeconds is 5000",
    ]
    assert "Traceback" not in shown
    assert ".py" not in shown


@pytest.fixture
def yaml_host() -> None:
    """Skip what needs Pulumi's support of YAML where it is not; its installer puts it beside the command line."""
    if shutil.which("pulumi-language-yaml") is None:
        pytest.skip("pulumi-language-yaml is not on PATH: https://www.pulumi.com/docs/iac/download-install/")


def in_python() -> tuple[Resource, ...]:
    """Return what the reference's examples in Python ask for, together."""
    reference = (ROOT / "docs" / "components.md").read_text()
    blocks = dict(re.findall(r"\n## (\w+)\n.*?```python\n(.*?)```", reference, re.DOTALL))
    first = ("Namespace", "Postgres", "Redis")
    code = "".join(blocks[name] for name in (*first, *(blocks.keys() - {*first, "Addons"})))
    return evaluate(lambda: exec(code, {}), "shop", "test")  # noqa: S102 - it is ours
