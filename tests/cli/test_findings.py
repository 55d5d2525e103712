"""What the rules find, told in a preview beside the change, and refused by `up` before anything is made."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from tests.cli.command import run
from tests.cli.repository import Project

if TYPE_CHECKING:
    from pathlib import Path

TOKEN = "ghp_16C7e42F292c6912E7710c838347Ae178B4a"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path / "project")


def test_a_preview_tells_what_a_change_breaks_and_counts_what_was_found_before(project: Project) -> None:
    project.edit("prod", ("synchronous: required", "synchronous: preferred"))
    lines = project.preview("prod").splitlines()
    begin = lines.index("New findings:")
    assert lines[begin + 1].startswith("  mandatory postgres-durability: Cluster postgres: dataDurability is preferred")
    assert lines[begin + 2].startswith("    Set postgres.synchronous to required")
    project.commit("a worse one")
    (standing,) = (line for line in project.preview("prod").splitlines() if "found before, too" in line)
    assert standing.startswith("1 found before, too: `")
    project.edit("prod", ("synchronous: preferred", "synchronous: required"))
    (mended,) = (line for line in project.preview("prod").splitlines() if "found no more" in line)
    assert mended.startswith("1 found no more: `")


def test_what_is_found_in_the_job_of_the_next_release_or_in_a_file_is_not_new(project: Project) -> None:
    file = project.stacks / "Pulumi.staging.yaml"
    image = re.search(r"image: (\S+)", file.read_text())
    assert image
    file.write_text(f"{file.read_text()}  shop:token: {TOKEN}\n")
    project.commit("a secret")
    project.edit("staging", (image[1], f"{image[1]}-2"))
    data = project.data("staging")
    jobs = [one for one in data["changes"] if one["kind"] == "Job" and one["action"] == "replaced"]
    assert [len(jobs), data["findings"]["new"], data["findings"]["mended"]] == [1, [], 0]
    assert data["findings"]["standing"] > len(jobs)


def test_the_same_is_for_programs_and_for_pull_requests(project: Project) -> None:
    project.edit("prod", ("synchronous: required", "synchronous: preferred"))
    found = project.data("prod")["findings"]
    assert [(one["rule"], one["level"]) for one in found["new"]] == [("postgres-durability", "mandatory")]
    assert (found["standing"], found["mended"]) == (0, 0)
    page = project.preview("prod", "--markdown")
    assert "\nNew findings:\n\n- **mandatory** `Cluster postgres`: dataDurability" in page


def test_a_preview_without_findings_says_nothing_of_them(project: Project) -> None:
    assert "indings" not in project.preview("prod")


def test_on_this_machine_findings_are_a_line_unless_the_project_says_that_they_stop(project: Project) -> None:
    (project.folder / "app").mkdir()
    (project.stacks / "Pulumi.local.yaml").write_text(f"config:\n  shop:token: {TOKEN}\n")
    (project.stacks / "policies.yaml").write_text("environments: {local: {level: mandatory}}\n")
    lines = run("up", "local", cwd=project.folder, status=1).stderr.splitlines()
    assert lines[0].startswith("scalewright: source-plaintext-secret: StackFile stacks/Pulumi.local.yaml: ")
    assert lines[1].startswith("scalewright: 1 finding stands against local, and nothing was changed.")
    assert "stacks/waivers.yaml takes a rule" in lines[1]
    assert not list(project.folder.glob(".scalewright/*/run/*"))
