"""`scalewright preview` of an environment on Kubernetes, as a user runs it: no cluster, no Pulumi, and a repository."""

from __future__ import annotations

import os
import pty
import shutil
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest
from tests.cli.command import SCALEWRIGHT, run
from tests.cli.repository import Project

if TYPE_CHECKING:
    from pathlib import Path

SHRINKS = "impossible: a volume cannot shrink, and CloudNativePG refuses it."


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path / "project")


@pytest.fixture
def grown(project: Project) -> Project:
    """Production with twice the replicas of a service, and half the disk of its database."""
    project.edit("prod", ("{min: 3, max: 10}", "{min: 3, max: 20}"), ("storage: 100Gi", "storage: 50Gi"))
    return project


def changed(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {f"{one['kind']} {one['name']}": one for one in found["changes"] if one["action"] != "unchanged"}


def paths(change: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    return {one["path"]: (one["before"], one["after"]) for one in change["fields"]}


def test_more_replicas_and_a_smaller_disk_are_shown_with_what_they_come_to_and_take(grown: Project) -> None:
    told = grown.preview("prod", "--against", "HEAD")
    lines = told.splitlines()
    commit = grown.git("rev-parse", "--short=7", "HEAD")
    assert lines[0] == f"prod against HEAD ({commit}):"
    scaler = lines.index("~ HorizontalPodAutoscaler orders")
    assert lines[scaler + 1 : scaler + 3] == ["    spec.maxReplicas: 10 -> 20", "      orders may have more replicas"]
    database = lines.index("~ Cluster postgres")
    assert lines[database + 1] == "    spec.storage.size: 100Gi -> 50Gi"
    assert lines[database + 2].startswith(f"      {SHRINKS} Keep the size, or restore a backup")
    assert "0 added, 3 changed, 0 replaced, 0 removed, 69 unchanged" in lines
    rows = {line.split()[0]: line.split()[1:] for line in lines if line.startswith(("replicas ", "CPU ", "storage "))}
    assert rows["replicas"] == ["20..45", "20..55", "0..+10"]
    assert rows["CPU"] == ["12.35..24.85", "12.35..29.85", "0..+5"]
    assert rows["storage"] == ["480Gi", "330Gi", "-150Gi"]
    assert "  Deployment orders             3..10             3..20" in lines
    assert lines[-1] == "Cannot be done: Cluster postgres."
    assert grown.git("status", "--porcelain") == "M stacks/Pulumi.prod.yaml"
    assert grown.git("worktree", "list").count("\n") == 0


def test_the_same_as_markdown_pastes_into_a_pull_request(grown: Project) -> None:
    told = grown.preview("prod", "--markdown")
    head, fold, details = told.partition("<details><summary>Property by property</summary>\n")
    assert fold
    assert "> [!CAUTION]\n> - **Cluster `postgres`**: impossible: a volume cannot shrink" in head
    assert "| ~ | HorizontalPodAutoscaler `orders` | orders may have more replicas |" in head
    assert "| storage | 480Gi | 330Gi | -150Gi |" in head
    for line in head.splitlines():
        assert not line.startswith("|") or line.count("|") in (4, 5)
    assert details.startswith("\n```diff\n")
    assert "\n@@ Cluster postgres @@\n" in details
    assert "\n-spec.storage.size: 100Gi\n+spec.storage.size: 50Gi\n" in details
    assert details.endswith("\n```\n\n</details>\n")


def test_the_same_as_json_is_for_programs(grown: Project) -> None:
    found = grown.data("prod")
    assert found["environment"] == "prod"
    changes = changed(found)
    assert set(changes) == {"ResourceQuota shop-prod", "Cluster postgres", "HorizontalPodAutoscaler orders"}
    assert paths(changes["HorizontalPodAutoscaler orders"]) == {"spec.maxReplicas": (10, 20)}
    worst = changes["Cluster postgres"]
    assert worst["effect"] == "refused"
    assert worst["meanings"][0]["paths"] == ["spec.storage.size"]
    assert worst["meanings"][0]["source"].startswith("https://cloudnative-pg.io/")
    totals = {one["name"]: one for one in found["totals"]["totals"]}
    assert totals["storage"] == {
        "name": "storage",
        "before": {"least": "480Gi", "most": "480Gi"},
        "after": {"least": "330Gi", "most": "330Gi"},
    }


def test_the_exit_code_tells_whether_anything_differs_and_trouble_from_both(project: Project) -> None:
    assert "0 added, 0 changed" in project.preview("dev", "--exit-code")
    project.edit("dev", ("max: 3", "max: 4"))
    run("preview", "dev", "--exit-code", cwd=project.folder, status=1)
    run("preview", "dev", cwd=project.folder)
    assert "there is no revision 'nosuch'" in project.preview("dev", "--exit-code", "--against", "nosuch", status=128)


def test_a_render_of_before_is_compared_with_the_declaration_of_now(project: Project) -> None:
    project.render("dev", "out")
    assert "0 added, 0 changed, 0 replaced, 0 removed, 40 unchanged" in project.preview("dev", "--against", "out")
    project.edit("dev", ("image: ghcr.io/acme/shop:main", "image: ghcr.io/acme/shop:v2"))
    changes = changed(project.data("dev", "--against", "./out"))
    assert changes["Deployment orders"]["effect"] == "rolls"
    assert paths(changes["Deployment orders"]) == {
        "spec.template.spec.containers[api].image": ("ghcr.io/acme/shop:main", "ghcr.io/acme/shop:v2")
    }
    [job] = [one for name, one in changes.items() if name.startswith("Job ")]
    assert (job["action"], job["effect"]) == ("replaced", "runs")
    assert job["name"].startswith("migrations-v2-")
    assert paths(job)["metadata.name"][0].startswith("migrations-main-")


def test_a_revision_is_a_branch_a_tag_or_a_commit(project: Project) -> None:
    first = project.git("rev-parse", "HEAD")
    project.git("tag", "v1")
    project.edit("dev", ("max: 3", "max: 4"))
    project.commit("second")
    for name in ("v1", first, "HEAD~1"):
        assert "spec.maxReplicas: 3 -> 4" in project.preview("dev", "--against", name)
    assert "0 added, 0 changed" in project.preview("dev", "--against", "main")


def test_a_folder_is_meant_where_it_is_written_as_one_and_a_revision_where_it_could_be_either(
    project: Project,
) -> None:
    project.render("dev", "main")
    project.edit("dev", ("max: 3", "max: 4"))
    assert project.preview("dev", "--against", "main").startswith("dev against main (")
    assert project.preview("dev", "--against", "./main").startswith("dev against main:")


def test_the_program_of_a_revision_counts_with_what_it_imports(project: Project) -> None:
    (project.stacks / "sizes.py").write_text("STORAGE = '20Gi'\n")
    backend = project.stacks / "backend.py"
    backend.write_text("from sizes import STORAGE\n" + backend.read_text().replace('storage="20Gi"', "storage=STORAGE"))
    project.edit("staging", ("      storage: 20Gi\n", ""))
    project.commit("sizes")
    (project.stacks / "sizes.py").write_text("STORAGE = '30Gi'\n")
    assert paths(changed(project.data("staging"))["Cluster postgres"])["spec.storage.size"] == ("20Gi", "30Gi")


def test_a_project_within_a_repository_is_compared_with_itself(tmp_path: Path) -> None:
    project = Project(tmp_path / "all" / "shop")
    shutil.rmtree(project.folder / ".git")
    outer = tmp_path / "all"
    subprocess.check_call(["git", "init", "-q", "-b", "main", str(outer)])
    project.commit("nested")
    project.edit("dev", ("max: 3", "max: 4"))
    assert set(changed(project.data("dev"))) == {"ResourceQuota shop-dev", "HorizontalPodAutoscaler orders"}


def test_what_is_new_in_this_revision_is_all_new_and_says_so(project: Project) -> None:
    shutil.copy(project.stacks / "Pulumi.dev.yaml", project.stacks / "Pulumi.trial.yaml")
    told = project.preview("trial")
    assert (
        f"  note: trial is not there at HEAD ({project.git('rev-parse', '--short=7', 'HEAD')}): all of it is new"
        in told
    )
    assert "42 added, 0 changed, 0 replaced, 0 removed, 0 unchanged" in told


def test_a_hook_of_git_that_runs_it_disturbs_neither(project: Project) -> None:
    project.edit("dev", ("max: 3", "max: 4"))
    project.git("add", "-A")
    hook = project.folder / ".git" / "hooks" / "pre-commit"
    command = " ".join((*SCALEWRIGHT, "preview", "dev"))
    hook.write_text(f"#!/bin/sh\n{command} >told\n")
    hook.chmod(0o755)
    project.git("commit", "-q", "-m", "with a hook")
    assert "spec.maxReplicas: 3 -> 4" in (project.folder / "told").read_text()
    assert project.git("show", "--stat", "--format=", "HEAD").splitlines()[0].split()[0] == "stacks/Pulumi.dev.yaml"


def test_a_hook_of_another_repository_that_runs_it_is_not_taken_for_this_one(project: Project, tmp_path: Path) -> None:
    subprocess.check_call(["git", "init", "-q", str(tmp_path / "other")])
    project.edit("dev", ("max: 3", "max: 4"))
    assert "spec.maxReplicas: 3 -> 4" in project.preview("dev", GIT_DIR=str(tmp_path / "other" / ".git"))


def test_on_a_terminal_what_cannot_be_done_is_red_and_elsewhere_nothing_is_coloured(project: Project) -> None:
    project.render("dev", "out")
    project.edit("dev", ("storage: 1Gi", "storage: 512Mi"), ("max: 3", "max: 4"))
    assert "\x1b" not in project.preview("dev", "--against", "out")
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [*SCALEWRIGHT, "preview", "dev", "--against", "out"],
        cwd=project.folder,
        stdin=subprocess.DEVNULL,
        stdout=slave,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "TERM": "xterm"},
    )
    os.close(slave)
    told = b""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            part = os.read(master, 4096)
        except OSError:  # Linux says so when the other end is closed
            break
        if not part:
            break
        told += part
    os.close(master)
    assert process.wait(timeout=60) == 0
    text = told.decode()
    assert f"\x1b[31m\x1b[1m      {SHRINKS}" in text
    assert "\x1b[31m~ Cluster postgres\x1b[0m" in text
    assert "\x1b[33m~ HorizontalPodAutoscaler orders\x1b[0m" in text


def test_nothing_of_a_revision_is_left_behind(project: Project, tmp_path: Path) -> None:
    scratch = tmp_path / "tmp"
    scratch.mkdir()
    project.preview("dev", TMPDIR=str(scratch))
    project.preview("dev", "--against", "nosuch", status=1, TMPDIR=str(scratch))
    assert list(scratch.iterdir()) == []


def test_the_toolkit_of_a_revision_does_not_take_the_place_of_this_one(project: Project) -> None:
    folder = project.folder / "scalewright"
    folder.mkdir()
    (folder / "__init__.py").write_text("raise RuntimeError('the toolkit of another time')\n")
    project.commit("with a folder of that name")
    shutil.rmtree(folder)
    told = subprocess.run(
        [sys.executable, "-P", "-m", "scalewright", "preview", "dev"],
        cwd=project.folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert told.returncode == 0, told.stderr
