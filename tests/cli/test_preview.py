"""`scalewright preview` of an environment on Kubernetes, as a user runs it: no cluster, no Pulumi, and a repository."""

from __future__ import annotations

import json
import os
import pty
import shutil
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest
from tests.cli.command import ROOT, SCALEWRIGHT, run

if TYPE_CHECKING:
    from pathlib import Path

SHRINKS = "impossible: a volume cannot shrink, and CloudNativePG refuses it."
IDENTITY = ("-c", "user.name=Somebody", "-c", "user.email=somebody@example.com", "-c", "commit.gpgsign=false")


class Project:
    """The shipped declaration in a repository of its own, everything committed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.stacks = folder / "stacks"
        ignored = shutil.ignore_patterns("__pycache__", "addons", ".venv")
        shutil.copytree(ROOT / "stacks", self.stacks, ignore=ignored)
        if shutil.which("git") is None:
            pytest.skip("git is not here")
        self.git("init", "-q", "-b", "main")
        self.commit("first")

    def git(self, *arguments: str) -> str:
        return subprocess.check_output(["git", *IDENTITY, *arguments], cwd=self.folder, text=True).strip()

    def commit(self, message: str) -> str:
        self.git("add", "-A", ".")
        self.git("commit", "-q", "-m", message)
        return self.git("rev-parse", "--short=7", "HEAD")

    def edit(self, environment: str, *pairs: tuple[str, str]) -> None:
        """Change texts of an overlay."""
        file = self.stacks / f"Pulumi.{environment}.yaml"
        text = file.read_text()
        for before, after in pairs:
            assert text.count(before) == 1, before
            text = text.replace(before, after)
        file.write_text(text)

    def preview(self, *arguments: str, status: int = 0, **environment: str) -> str:
        """Run a preview; returns what it prints, or of one that fails what it says."""
        done = run("preview", *arguments, cwd=self.folder, status=status, **environment)
        return done.stdout if status == 0 else done.stderr

    def data(self, *arguments: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.preview(*arguments, "--json"))
        return found

    def render(self, environment: str, folder: str) -> None:
        run("render", environment, "-o", folder, cwd=self.folder)


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
    assert "0 added, 3 changed, 0 replaced, 0 removed, 64 unchanged" in lines
    rows = {line.split()[0]: line.split()[1:] for line in lines if line.startswith(("replicas ", "CPU ", "storage "))}
    assert rows["replicas"] == ["19..44", "19..54", "0..+10"]
    assert rows["CPU"] == ["12.1..24.6", "12.1..29.6", "0..+5"]
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
    assert told.startswith("scalewright: git is not on PATH, so that no revision can be read. Install it, ")
    project.render("dev", "out")
    assert "0 added, 0 changed" in project.preview("dev", "--against", "./out", PATH=str(bare))


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
