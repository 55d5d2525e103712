"""The rules in three ways, with one result: our own check of a plan and of its manifests, and Pulumi's preview."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from tests.cli.command import run
from tests.kube import pulumi_project

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.timeout(600)

#: What Pulumi does not tell a pack, nor a manifest anybody: whether what is taken out of a stack is retained.
UNTOLD = {"data-retained"}
#: Nothing is asked of a cluster where the provider writes files.
WITHOUT_A_CLUSTER = "config:\n  kubernetes:renderYamlToDirectory: rendered\n  scalewright:preflight: false\n"
TOKEN = "ghp_16C7e42F292c6912E7710c838347Ae178B4a"
WAIVERS = """
waivers:
- rule: postgres-durability
  object: Cluster postgres
  environments: [prod]
  reason: a release is tried for which writes must go on
  expires: 2099-12-31
- rule: postgres-instances
  object: Cluster postgres
  environments: [prod]
  reason: nothing needs it
  expires: 2099-12-31
"""


class Told(NamedTuple):
    """A finding, however it was found."""

    level: str
    severity: str
    rule: str
    said: str


class Project(pulumi_project.Project):
    """The shipped project with its policy pack, as it is after `make`."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, folder / "no-kubeconfig")
        self.variables["PULUMI_DEBUG_COMMANDS"] = "true"  # for --event-log
        pack = self.project / "policies"
        pack.mkdir()
        for name in ("PulumiPolicy.yaml", "__main__.py"):
            shutil.copy(pulumi_project.ROOT / "policies" / name, pack)

    def write(self, name: str, text: str) -> None:
        """Write a file beside the stacks."""
        (self.project / "stacks" / name).write_text(text)

    def checked(self, *arguments: str, status: int) -> dict[str, Any]:
        """Return what our own check tells."""
        found: dict[str, Any] = json.loads(run("check", *arguments, "--json", cwd=self.project, status=status).stdout)
        return found

    def judged(self, environment: str, *, stops: bool) -> list[dict[str, Any]]:
        """Return what a preview tells of policies."""
        self.edit(environment, "config:\n", WITHOUT_A_CLUSTER)
        self.run("stack", "init", environment)
        log = self.project / "events.json"
        said = self._run("preview", "-s", environment, "--policy-pack", "policies", "--event-log", str(log), stderr=-2)
        assert bool(said.returncode) is stops, said.stdout
        events = [json.loads(line) for line in log.read_text().splitlines()]
        return [one["policyEvent"] for one in events if "policyEvent" in one]


def ours(found: dict[str, Any]) -> set[Told]:
    """Return what our own check tells."""
    return {
        Told(one["level"], one["severity"], one["rule"], f"{one['kind']} {one['name']}: {one['message']}")
        for one in found["findings"]
        if one["rule"] not in UNTOLD
    }


def theirs(events: list[dict[str, Any]]) -> set[Told]:
    """Return what Pulumi tells: a rule's own words, and in the next line what breaks it, where, and what mends it."""
    told = set()
    for one in events:
        said = one["message"].splitlines()[1].removesuffix(".")
        told.add(Told(one["enforcementLevel"], one["severity"], one["policyName"], said))
    return told


def agree(mine: set[Told], pulumis: set[Told]) -> None:
    """Assert that each finding of one is one of the other; Pulumi's text goes on with place and remedy."""
    lacking = [one for one in mine if not any(_same(one, other) for other in pulumis)]
    more = [other for other in pulumis if not any(_same(one, other) for one in mine)]
    assert (lacking, more) == ([], [])


def _same(one: Told, other: Told) -> bool:
    return one[:3] == other[:3] and other.said.startswith(one.said)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    if lacking := pulumi_project.missing():
        pytest.skip(lacking)
    return Project(tmp_path)


def test_what_is_advisory_is_told_alike_in_all_three_ways_and_stops_none(project: Project) -> None:
    plan = ours(project.checked("dev", status=0))
    assert {one.level for one in plan} == {"advisory"}
    run("render", "dev", "-o", "manifests", cwd=project.project)
    assert ours(project.checked("--manifests", "manifests", "--environment", "dev", status=0)) == plan
    agree(plan, theirs(project.judged("dev", stops=False)))


def test_what_is_mandatory_stops_all_three_with_the_same_words_and_what_is_waived_is_waived_in_all(
    project: Project,
) -> None:
    project.edit("prod", "synchronous: required", "synchronous: preferred")
    project.edit("prod", "{min: 3, max: 10}", "{min: 1, max: 10}")
    project.edit("prod", "services:\n", "services:\n      mails: {app: 'a:b', routes: [/m], scale: {min: 1, max: 2}}\n")
    project.edit(
        "prod", "scale: {min: 1, max: 10}", f"environment: {{GITHUB: {TOKEN}}}\n        scale: {{min: 1, max: 10}}"
    )
    project.write("waivers.yaml", WAIVERS)
    plan = ours(project.checked("prod", status=1))
    rules = {one.rule for one in plan}
    assert {"autoscaler-minimum", "source-plaintext-secret", "waiver-unused"} <= rules
    assert "postgres-durability" not in rules
    assert {one.level for one in plan} == {"mandatory"}
    run("render", "prod", "-o", "manifests", cwd=project.project)
    assert ours(project.checked("--manifests", "manifests", "--environment", "prod", status=1)) == plan
    agree(plan, theirs(project.judged("prod", stops=True)))


def test_a_mistake_in_what_the_project_says_of_policies_is_told_by_pulumi_too(project: Project) -> None:
    project.write("policies.yaml", "levle: advisory\n")
    project.edit("dev", "config:\n", WITHOUT_A_CLUSTER)
    project.run("stack", "init", "dev")
    said = project.run("preview", "-s", "dev", "--policy-pack", "policies", status=1)
    assert "stacks/policies.yaml:1:1: levle is not a setting" in said
    assert "Traceback" not in said


def test_up_refuses_what_is_mandatory_before_anything_is_made(project: Project) -> None:
    project.edit("prod", "synchronous: required", "synchronous: preferred")
    _, errors = project.scalewright("up", "prod", "--yes", status=1)
    first, last = errors.splitlines()
    assert first.startswith("scalewright: postgres-durability: Cluster postgres: dataDurability is preferred")
    assert last.startswith("scalewright: 1 finding stands against prod, and nothing was changed.")
    assert list((project.home / "state").iterdir()) == []
