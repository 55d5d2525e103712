"""The shipped project on a test's control plane, in the hands of Pulumi's own command line."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tests.cli.command import SCALEWRIGHT
from tests.cli.terminal import answer
from tests.e2e.pulumi.command import CommandLine

from scalewright.plan import resources

ROOT = Path(__file__).parents[2]
PROVIDERS = ("kubernetes", "random")
#: What `pulumi preview` puts in place of what nobody knows yet, and of what is secret.
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
SECRET = "[secret]"
# Without a node nothing becomes ready, so nobody waits for it, but for the kind of which a test makes it ready.
WITHOUT_A_NODE = """
import os

from pulumi import ResourceTransformArgs, ResourceTransformResult
from pulumi.runtime import register_resource_transform


def unawaited(made: ResourceTransformArgs) -> ResourceTransformResult | None:
    if not made.custom or not made.type_.startswith("kubernetes:") or made.type_ == os.environ.get("AWAITED"):
        return None
    metadata = made.props["metadata"]
    annotations = {**metadata.get("annotations", {}), "pulumi.com/skipAwait": "true"}
    return ResourceTransformResult({**made.props, "metadata": {**metadata, "annotations": annotations}}, made.opts)


register_resource_transform(unawaited)
"""


def missing() -> str | None:
    """Return what brings the part of Pulumi that is not here."""
    if shutil.which("pulumi") is None:
        return "Pulumi's command line is not on PATH: https://www.pulumi.com/docs/iac/download-install/"
    listed = json.loads(subprocess.check_output(["pulumi", "plugin", "ls", "--json"], text=True))
    known = {one["name"] for one in listed if one["kind"] == "resource"}
    lacking = [one for one in PROVIDERS if one not in known and shutil.which(f"pulumi-resource-{one}") is None]
    if not lacking:
        return None
    commands = (f"pulumi plugin install resource {one} {version(f'pulumi-{one}')}" for one in lacking)
    return f"Pulumi has no provider {' and none '.join(lacking)} here: {'; '.join(commands)}"


def without_nothing(value: Any) -> Any:
    """Return a value without what says nothing: the provider leaves out empty texts and maps. Marks become ours."""
    match value:
        case dict():
            kept = {key: without_nothing(one) for key, one in value.items()}
            return {key: one for key, one in kept.items() if one not in ("", {})}
        case list():
            return [without_nothing(one) for one in value]
        case _:
            return {UNKNOWN: resources.UNKNOWN, SECRET: resources.SECRET}.get(value, value)


class Project(CommandLine):
    """A copy of the project, its stacks on one cluster."""

    def __init__(self, folder: Path, kubeconfig: Path) -> None:
        project = folder / "shop"
        shutil.copytree(ROOT / "stacks", project / "stacks", ignore=shutil.ignore_patterns("__pycache__"))
        super().__init__(project, folder / "home", {"KUBECONFIG": str(kubeconfig)})
        users = Path(os.environ.get("PULUMI_HOME", Path.home() / ".pulumi")) / "plugins"
        if users.is_dir():
            (self.home / "plugins").symlink_to(users)

    def take(self, environment: str, name: str = "trial") -> None:
        """Have a shipped environment under another name, so that it disturbs no other."""
        stacks = self.project / "stacks"
        shutil.copy(stacks / f"Pulumi.{environment}.yaml", stacks / f"Pulumi.{name}.yaml")

    def without_a_node(self) -> None:
        """Have the program wait for nothing that only a node could make ready."""
        program = self.project / "stacks" / "__main__.py"
        program.write_text(f"{WITHOUT_A_NODE}\n{program.read_text()}")

    def edit(self, environment: str, before: str, after: str) -> None:
        """Change a text of the stack's file, as somebody with an editor would."""
        file = self.project / "stacks" / f"Pulumi.{environment}.yaml"
        text = file.read_text()
        assert text.count(before) == 1, before
        file.write_text(text.replace(before, after))

    def begin(self, *arguments: str, **variables: str) -> subprocess.Popen[str]:
        """Begin a command of our own command line."""
        return subprocess.Popen(
            [*SCALEWRIGHT, *arguments],
            cwd=self.project,
            env={**self._environment(), **variables},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def scalewright(self, *arguments: str, status: int = 0, **variables: str) -> tuple[str, str]:
        """Run a command of our own command line to its end, and return what it printed."""
        with self.begin(*arguments, **variables) as process:
            try:
                output, errors = process.communicate(timeout=300)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
        told = f"{arguments} ended with {process.returncode}:\n{output}{errors}"
        assert process.returncode == status, told
        assert "Traceback" not in errors, told
        assert "Warning" not in errors, told  # such as the SDK's of an event that it does not know
        return output, errors

    def answer(self, given: str, *arguments: str, status: int = 0) -> str:
        """Run a command of our own command line on a terminal on which one answers."""
        return answer(given, *arguments, cwd=self.project, status=status, environment=self._environment())

    def preview(self, environment: str, *options: str) -> list[dict[str, Any]]:
        """Return the steps that a preview tells, but for the stack itself and its providers."""
        steps: list[dict[str, Any]] = self.data("preview", "-s", environment, *options)["steps"]
        return [
            one for one in steps if not one["urn"].split("::")[2].startswith(("pulumi:pulumi:", "pulumi:providers:"))
        ]
