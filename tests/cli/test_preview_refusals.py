"""What `scalewright preview` cannot compare, or not with that: a line each, with the side that it is of."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from tests.cli.repository import Project

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path / "project")


def test_an_environment_that_was_on_another_platform_has_nothing_in_common(project: Project) -> None:
    shutil.copy(project.stacks / "Pulumi.dev.yaml", project.stacks / "Pulumi.local.yaml")
    told = project.preview("local", status=1)
    assert told.startswith("scalewright: environment local is on platform local at HEAD (")
    assert told.endswith(
        "and on kubernetes here; the two have nothing in common. Name a revision in which it is on kubernetes\n"
    )


def test_a_revision_that_does_not_validate_is_told_with_its_name(project: Project) -> None:
    project.edit("dev", ("instances: 1", "instances: 0"), ("max: 3", "max: 0"))
    broken = project.commit("broken")
    project.edit("dev", ("instances: 0", "instances: 1"), ("max: 0", "max: 3"))
    lines = project.preview("dev", status=1).splitlines()
    assert len(lines) == 2
    assert all(line.startswith(f"scalewright: at HEAD ({broken}): stacks/Pulumi.dev.yaml:") for line in lines)


def test_a_program_of_a_revision_that_fails_is_told_with_its_name_and_line(project: Project) -> None:
    program = project.stacks / "__main__.py"
    text = program.read_text()
    program.write_text(text + "raise RuntimeError('not today')\n")
    broken = project.commit("broken")
    program.write_text(text)
    [line] = project.preview("dev", status=1).splitlines()
    assert line.startswith(f"scalewright: at HEAD ({broken}): dev cannot be planned: stacks/__main__.py:")
    assert "it raises RuntimeError: not today" in line


def test_troubles_of_both_sides_are_told_together(project: Project) -> None:
    program = project.stacks / "__main__.py"
    text = program.read_text()
    program.write_text(text + "raise RuntimeError('before')\n")
    project.commit("broken")
    program.write_text(text + "raise RuntimeError('now')\n")
    first, second = project.preview("dev", status=1).splitlines()
    assert first.startswith("scalewright: dev cannot be planned: ")
    assert second.startswith("scalewright: at HEAD (")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("mian", "there is no revision 'mian', and no such folder. Did you mean main?"),
        (
            "q",
            "there is no revision 'q', and no such folder. Name a branch, a tag or a commit; a folder is written ./DIR",
        ),
        ("", "there is no revision '', and no such folder. "),
        ("--version", "there is no revision '--version', and no such folder. "),
        ("./out", "there is no folder ./out. Make it with `scalewright render`, or name another"),
        ("stacks/backend.py", "stacks/backend.py is no folder. Render dev into an empty folder"),
        ("./stacks", "stacks holds files that no render wrote: Pulumi.dev.yaml, Pulumi.local.yaml"),
        ("./empty", "empty holds no manifests. Render dev into an empty folder with `scalewright render dev -o DIR`"),
        ("./broken", "broken/001-service-x.yaml is no manifest: it is no YAML. "),
        ("./other", "other/001-service-x.yaml is no manifest: it names no object. "),
    ],
)
def test_a_base_that_is_none_is_one_clear_line(name: str, words: str, project: Project) -> None:
    for folder, content in (("empty", None), ("broken", "a: [b"), ("other", "kind: Service\n")):
        (project.folder / folder).mkdir()
        if content:
            (project.folder / folder / "001-service-x.yaml").write_text(content)
    [line] = project.preview("dev", f"--against={name}", status=1).splitlines()
    assert line.startswith(f"scalewright: {words}")


def test_a_branch_that_only_the_remote_has_is_offered(project: Project) -> None:
    project.git("update-ref", "refs/remotes/origin/release", "HEAD")
    assert "Did you mean origin/release?" in project.preview("dev", "--against", "release", status=1)


def test_where_there_is_nothing_to_compare_with_it_says_what_to_name(project: Project) -> None:
    shutil.rmtree(project.folder / ".git")
    beyond = {"GIT_CEILING_DIRECTORIES": str(project.folder.parent)}
    remedy = "a folder that `scalewright render` wrote with --against ./DIR, or --against cluster"
    [line] = project.preview("dev", status=1, **beyond).splitlines()
    assert line == (
        f"scalewright: there is nothing to compare dev with: {project.folder} is no checkout of git. Name {remedy}"
    )
    [line] = project.preview("dev", "--against", "main", status=1, **beyond).splitlines()
    assert (
        line == f"scalewright: {project.folder} is no checkout of git, so that it has no revision main. Name {remedy}"
    )
    project.git("init", "-q")
    [line] = project.preview("dev", status=1).splitlines()
    assert line == f"scalewright: {project.folder} has no commit yet to compare with. Name {remedy}"


def test_without_git_a_folder_is_still_compared(project: Project, tmp_path: Path) -> None:
    bare = tmp_path / "bin"
    bare.mkdir()
    told = project.preview("dev", "--against", "main", status=1, PATH=str(bare))
    assert told.startswith("scalewright: git is not on PATH, so that no revision can be read. Install it; ")
    project.render("dev", "out")
    assert "0 added, 0 changed" in project.preview("dev", "--against", "./out", PATH=str(bare))


def test_options_that_do_not_belong_together_are_refused(project: Project) -> None:
    assert "--json and --markdown exclude each other" in project.preview("dev", "--json", "--markdown", status=2)
    assert "Add --against cluster" in project.preview("dev", "--context", "kind", status=2)
    told = project.preview("local", "--against", "main", "--markdown", status=1)
    assert told == (
        "scalewright: --against, --markdown: environment local is not on Kubernetes, and is compared with what runs. "
        "Take it out, or name an environment on Kubernetes\n"
    )


def test_a_cluster_that_is_not_there_is_one_clear_line(project: Project, tmp_path: Path) -> None:
    told = project.preview("dev", "--against", "cluster", status=1, KUBECONFIG=str(tmp_path / "absent"))
    assert told.startswith(f"scalewright: KUBECONFIG is {tmp_path / 'absent'}, which is not there. ")
