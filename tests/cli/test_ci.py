"""`scalewright ci` as a user runs it: in a repository, with no cluster and no Pulumi."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import psutil
import pytest
from tests.cli.command import SCALEWRIGHT, run
from tests.cli.repository import Project

if TYPE_CHECKING:
    from pathlib import Path

#: A Pod of the program's own, which breaks a rule of the pack.
POD = """
from pulumi_kubernetes.core.v1 import Pod

CONTAINER = {{"name": "c", "image": "i"}}
Pod("{name}", metadata={{"name": "{name}", "namespace": "shop"}}, spec={{"containers": [CONTAINER]}})
"""
RULE = "pod-privilege-escalation"
#: Each run plans every environment twice.
pytestmark = pytest.mark.timeout(900)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project of two environments, one of them in a cluster."""
    found = Project(tmp_path / "project")
    for name in ("prod", "staging"):
        (found.stacks / f"Pulumi.{name}.yaml").unlink()
    (found.stacks / "policies.yaml").write_text("level: advisory\n")
    found.commit("fewer environments")
    return found


def ci(project: Project, *arguments: str, status: int = 0, **environment: str) -> subprocess.CompletedProcess[str]:
    return run("ci", *arguments, cwd=project.folder, status=status, **environment)


def data(project: Project, base: str, status: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(ci(project, "--base", base, "--json", status=status).stdout)
    found["by_name"] = {one["name"]: one for one in found["environments"]}
    return found


def changed(environment: dict[str, Any]) -> set[str]:
    return {f"{one['kind']} {one['name']}" for one in environment["changes"] if one["action"] != "unchanged"}


def named(findings: list[dict[str, Any]], rule: str = RULE) -> list[str]:
    return [one["name"] for one in findings if one["rule"] == rule]


def test_a_change_that_asks_too_much_of_the_database_and_gives_up_durability_is_stopped(tmp_path: Path) -> None:
    project = Project(tmp_path / "project")
    project.edit("prod", ("{min: 3, max: 10}", "{min: 3, max: 60}"), ("synchronous: required", "synchronous: null"))
    project.commit("more of everything")
    files = {name: tmp_path / f"report.{name}" for name in ("md", "html")}
    written = ("--markdown", str(files["md"]), "--html", str(files["html"]))
    done = ci(project, "--base", "HEAD~1", "--json", *written, status=1)
    found = {one["name"]: one for one in json.loads(done.stdout)["environments"]}
    assert list(found) == ["dev", "local", "prod", "staging"]
    assert [name for name, one in found.items() if one["stops"]] == ["prod"]
    assert changed(found["prod"]) >= {"HorizontalPodAutoscaler orders", "Cluster postgres", "ResourceQuota shop-prod"}
    new = {one["rule"]: one for one in found["prod"]["findings"]["new"] if one["level"] == "mandatory"}
    assert {"connection-budget", "postgres-durability"} <= set(new)
    broken = {one["name"]: one for one in found["prod"]["capacity"] if one["breaks"]}
    before, after = (broken["each replica of Cluster postgres"][one] for one in ("before", "after"))
    assert (before["fits"], after["fits"]) == (True, False)
    assert after["total"] == sum(one["amount"] for one in after["lines"]) > after["bound"]
    assert ["replicas", 60] in next(one["terms"] for one in after["lines"] if one["label"] == "orders")
    assert {"services.orders", "postgres"} <= set(found["prod"]["touched"])
    comment = files["md"].read_text()
    assert f"**{after['total']:,} of {after['bound']:,}**" in comment
    caution = comment.partition("> [!CAUTION]")[2].partition("\n\n")[0]
    assert "`connection-budget`" in caution
    assert "`postgres-durability`" in caution
    assert f"{after['total']:,} connections at most, {after['bound']:,} are there" in caution
    assert files["html"].read_text().count("<svg ") == 4


def test_where_nothing_changes_it_says_so_and_ends_well(project: Project) -> None:
    done = ci(project, "--base", "HEAD")
    commit = project.git("rev-parse", "--short=7", "HEAD")
    assert done.stdout.startswith(f"<!-- scalewright ci -->\n## Scalewright: `{commit}` against `HEAD` (`{commit}`)\n")
    assert "**Nothing stops this change.**" in done.stdout
    assert "| local | no change |" in done.stdout
    assert "###" not in done.stdout


def test_findings_are_told_apart_by_whether_the_base_had_them(project: Project) -> None:
    program = project.stacks / "__main__.py"
    text = program.read_text()
    policies = project.stacks / "policies.yaml"
    policies.write_text(f"level: disabled\nrules:\n  {RULE}: {{level: mandatory}}\n")
    only = 'if pulumi.get_stack() == "dev":\n'
    program.write_text(text + only + indented(POD.format(name="old") + POD.format(name="gone")))
    project.commit("two that break a rule")
    program.write_text(text + only + indented(POD.format(name="old") + POD.format(name="new")))
    found = data(project, "HEAD", status=1)["by_name"]["dev"]
    assert named(found["findings"]["new"]) == ["new"]
    assert named(found["findings"]["old"]) == ["old"]
    assert named(found["findings"]["gone"]) == ["gone"]
    program.write_text(text + only + indented(POD.format(name="old")))
    done = ci(project, "--base", "HEAD", status=1)
    assert "dev: 1 mandatory finding." in done.stdout
    assert "**dev**, as before: `Pod old`:" in done.stdout
    assert "and what is not committed against" in done.stdout
    policies.write_text(f"level: disabled\nrules:\n  {RULE}: {{level: advisory}}\n")
    assert "| dev | 1 removed | 1 advisory |" in ci(project, "--base", "HEAD").stdout


def indented(text: str) -> str:
    return "".join(f"    {line}\n" for line in text.splitlines() if line)


def test_what_others_merged_since_is_no_part_of_the_change(project: Project) -> None:
    project.git("checkout", "-q", "-b", "change")
    project.edit("dev", ("max: 3", "max: 4"))
    project.commit("ours")
    project.git("checkout", "-q", "main")
    project.edit("dev", ("storage: 1Gi", "storage: 2Gi"))
    tip = project.commit("theirs")
    project.git("checkout", "-q", "change")
    found = data(project, "main")
    assert changed(found["by_name"]["dev"]) == {"HorizontalPodAutoscaler orders", "ResourceQuota shop-dev"}
    assert found["base"]["commit"].startswith(tip)
    assert found["parting"] == project.git("merge-base", "main", "change")


def test_a_base_from_before_the_tool_is_told_and_the_state_now_is_shown(project: Project) -> None:
    project.git("checkout", "-q", "--orphan", "fresh")
    project.git("rm", "-q", "-r", "--cached", ".")
    (project.folder / "README").write_text("nothing yet\n")
    project.git("add", "README")
    project.git("commit", "-q", "-m", "before")
    first = project.git("rev-parse", "--short=7", "HEAD")
    project.commit("the tool")
    text = ci(project, "--base", "HEAD~1").stdout
    assert f"at {first} there is no environment yet: this is the state after the change, and all of it is new." in text
    assert re.search(r"\n\| dev \| \d+ objects \| ", text)
    assert "```mermaid" in text


def test_a_base_whose_declaration_is_wrong_is_told_and_the_state_now_is_shown(project: Project) -> None:
    project.edit("dev", ("instances: 1", "instances: 0"))
    broken = project.commit("broken")
    project.edit("dev", ("instances: 0", "instances: 1"))
    project.commit("mended")
    found = data(project, "HEAD~1")["by_name"]
    assert (found["dev"]["compared_with"], found["local"]["compared_with"]) == ("unknown", "before")
    first, second = found["dev"]["notes"][:2]
    assert first == f"what it was at {broken} is not known, so that all of it is shown as it is now"
    assert second.startswith("stacks/Pulumi.dev.yaml:")
    assert {one["action"] for one in found["dev"]["changes"]} == {"added"}


def test_a_mistake_now_is_told_beside_the_other_environments(project: Project) -> None:
    project.edit("dev", ("instances: 1", "instances: 0"))
    text = ci(project, "--base", "HEAD", status=2).stdout
    assert "**It cannot be read. dev: 1 mistake.**" in text
    assert "> - **dev**: stacks/Pulumi.dev.yaml:" in text
    assert "| local | no change |" in text


def test_a_plan_that_fails_stops_the_change(project: Project) -> None:
    program = project.stacks / "__main__.py"
    program.write_text(program.read_text() + "raise RuntimeError('not today')\n")
    found = data(project, "HEAD", status=1)["by_name"]["dev"]
    assert "it raises RuntimeError: not today" in found["failures"][0]


def test_environments_come_and_go(project: Project) -> None:
    shutil.copy(project.stacks / "Pulumi.dev.yaml", project.stacks / "Pulumi.trial.yaml")
    (project.stacks / "Pulumi.dev.yaml").unlink()
    found = data(project, "HEAD")["by_name"]
    assert (found["dev"]["compared_with"], found["trial"]["compared_with"]) == ("gone", "new")
    assert {one["action"] for one in found["dev"]["changes"]} == {"removed"}
    assert {one["action"] for one in found["trial"]["changes"]} == {"added"}
    assert "`pulumi destroy`" in found["dev"]["notes"][0]


def test_what_this_machine_would_run_is_compared_on_a_machine_that_is_the_same(project: Project) -> None:
    project.edit("local", ("rate_limit: null", "rate_limit: {average: 5, burst: 9}"))
    found = data(project, "HEAD")["by_name"]["local"]
    assert changed(found) == {"process gateway"}
    assert found["touched"] == ["gateway"]


def test_no_value_of_a_secret_is_told(project: Project, tmp_path: Path) -> None:
    program = project.stacks / "__main__.py"
    text = program.read_text()
    secret = """
if pulumi.get_stack() == "dev":
    made = {{"apiVersion": "v1", "kind": "Secret", "metadata": {{"name": "mine", "namespace": "shop"}}}}
    pulumi.CustomResource("kubernetes:core/v1:Secret", "mine", {{**made, "stringData": {{"{key}": "{value}"}}}})
"""
    program.write_text(text + secret.format(key="token", value="hunter2"))
    project.commit("with a secret of which Pulumi does not know that it is one")
    program.write_text(text + secret.format(key="other", value="hunter3"))
    html = tmp_path / "page.html"
    done = run("ci", "--base", "HEAD", "--json", "--html", str(html), cwd=project.folder, status=0)
    assert "Secret mine" in changed_of(done.stdout)
    assert "hunter" not in done.stdout + html.read_text()


def test_what_looks_like_a_secret_in_plain_text_is_found_and_not_told_again(project: Project, tmp_path: Path) -> None:
    program, html = project.stacks / "__main__.py", tmp_path / "page.html"
    text = program.read_text()
    program.write_text(text + POD.format(name="fresh").replace('"i"', '"i", "env": [{"name": "A", "value": "B"}]'))
    program.write_text(program.read_text().replace('"A"', '"DB_PASSWORD"').replace('"B"', '"hunter2hunter2"'))
    done = ci(project, "--base", "HEAD", "--json", "--html", str(html))
    found = {one["rule"] for one in json.loads(done.stdout)["environments"][0]["findings"]["new"]}
    assert "plaintext-secrets" in found
    assert "DB_PASSWORD" in html.read_text()
    assert "hunter2" not in done.stdout + html.read_text()


def changed_of(text: str) -> set[str]:
    return changed(next(one for one in json.loads(text)["environments"] if one["name"] == "dev"))


def test_a_shallow_clone_is_one_clear_line_with_what_brings_the_rest(project: Project, tmp_path: Path) -> None:
    project.git("checkout", "-q", "-b", "change")
    project.edit("dev", ("max: 3", "max: 4"))
    project.commit("ours")
    shallow = tmp_path / "shallow"
    clone = ["git", "clone", "-q", "--depth=1", "--branch=change", f"file://{project.folder}", str(shallow)]
    subprocess.check_call(clone)
    project.folder = shallow
    remedy = (
        "`git fetch --unshallow` brings the rest; a workflow of GitHub has it by `fetch-depth: 0` of actions/checkout"
    )
    [line] = ci(project, "--base", "origin/main", status=2).stderr.splitlines()
    assert line.startswith("scalewright: there is no revision 'origin/main'. ")
    assert line.endswith(f"This clone is shallow: {remedy}")
    project.git("fetch", "-q", "--depth=1", "origin", "main:refs/remotes/origin/main")
    [line] = ci(project, "--base", "origin/main", status=2).stderr.splitlines()
    assert "and HEAD have no commit in common in this clone, which is shallow. " in line
    assert line.endswith(remedy)


def test_a_base_that_is_none_is_one_clear_line(project: Project) -> None:
    [line] = ci(project, "--base", "mian", status=2).stderr.splitlines()
    assert line == "scalewright: there is no revision 'mian'. Did you mean main?"
    project.git("checkout", "-q", "--orphan", "other")
    project.git("commit", "-q", "-m", "other")
    [line] = ci(project, "--base", "main", status=2).stderr.splitlines()
    assert line.endswith("and HEAD have no commit in common. Name a revision from which this one came")
    shutil.rmtree(project.folder / ".git")
    beyond = {"GIT_CEILING_DIRECTORIES": str(project.folder.parent)}
    [line] = ci(project, "--base", "main", status=2, **beyond).stderr.splitlines()
    assert line.endswith("is no checkout of git, so that it has no revision main. Run this in a checkout of git")


def test_what_cannot_be_written_or_linked_to_is_refused(project: Project, tmp_path: Path) -> None:
    nowhere = str(tmp_path / "none" / "x.html")
    done = ci(project, "--base", "HEAD", "--html", nowhere, status=2)
    assert done.stderr.endswith(
        f"{nowhere} cannot be written: No such file or directory. Name a file that you may write to\n"
    )
    assert "is no URL" in ci(project, "--base", "HEAD", "--link", "ja(va)", status=2).stderr
    assert "Missing option '--base'" in ci(project, status=2).stderr


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_what_is_interrupted_leaves_no_process_and_no_file(
    project: Project, tmp_path: Path, number: signal.Signals, status: int
) -> None:
    (scratch := tmp_path / "tmp").mkdir()
    with (project.stacks / "__main__.py").open("a") as program:
        program.write("\nimport time\ntime.sleep(600)\n")
    command = [*SCALEWRIGHT, "ci", "--base", "HEAD"]
    environment = {**os.environ, "TMPDIR": str(scratch)}
    with subprocess.Popen(command, cwd=project.folder, env=environment, stderr=subprocess.PIPE, text=True) as process:
        begun: list[psutil.Process] = []
        until = time.monotonic() + 60
        while not begun and time.monotonic() < until:
            begun = [one for one in psutil.Process(process.pid).children() if is_side(one)]
            time.sleep(0.05)
        process.send_signal(number)
        _, said = process.communicate(timeout=60)
    assert begun
    assert (process.returncode, "Traceback" in said) == (status, False)
    assert not [one for one in begun if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]
    assert list(scratch.iterdir()) == []


def is_side(process: psutil.Process) -> bool:
    """Whether a process plans a side; one that has ended by now, as git's do, is none."""
    with suppress(psutil.NoSuchProcess):
        return "scalewright.cli.review.side" in process.cmdline()
    return False


def test_nothing_is_left_behind(project: Project, tmp_path: Path) -> None:
    scratch = tmp_path / "tmp"
    scratch.mkdir()
    ci(project, "--base", "HEAD", TMPDIR=str(scratch))
    assert list(scratch.iterdir()) == []
    assert project.git("worktree", "list").count("\n") == 0
    assert project.git("status", "--porcelain") == ""
