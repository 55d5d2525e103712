"""`scalewright check`, as a user runs it: of an environment, of anybody's manifests, for people and for programs."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import pytest
from tests.cli.command import ROOT, run

if TYPE_CHECKING:
    from pathlib import Path

BAD = """
apiVersion: v1
kind: Pod
metadata: {name: api}
spec:
  containers:
  - name: api
"""
UNKNOWN = "apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: {name: api}\n"
GOOD = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings, namespace: shop}\n"
#: A pack with one rule that raises, where Python finds it before all others.
BROKEN_PACK = """
from scalewright.plan.policy import Example, Rule

def judge(subject, settings):
    raise KeyError("spec")

RULES = [Rule(name="broken-rule", group="security", title="It is so", why="It must.", severity="low",
              remedy="Make it so", examples=Example("", ""), of_object=judge)]
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The shipped declaration in a folder of its own."""
    folder = tmp_path / "project"
    shutil.copytree(ROOT / "stacks", folder / "stacks", ignore=shutil.ignore_patterns("__pycache__", "addons"))
    (folder / "app").mkdir()
    return folder


def edit(project: Path, name: str, before: str, after: str) -> None:
    file = project / "stacks" / name
    text = file.read_text()
    assert text.count(before) == 1, before
    file.write_text(text.replace(before, after))


def piped(text: str, *arguments: str, status: int = 0) -> subprocess.CompletedProcess[str]:
    """Check what another program writes."""
    return run("check", "--manifests", "-", *arguments, text=text, status=status)


def found(project: Path, *arguments: str, status: int = 0) -> dict[str, Any]:
    report: dict[str, Any] = json.loads(run("check", *arguments, "--json", cwd=project, status=status).stdout)
    return report


def rules(report: dict[str, Any]) -> set[str]:
    return {one["rule"] for one in report["findings"]}


def test_production_is_as_the_rules_want_it(project: Path) -> None:
    assert run("check", "prod", cwd=project).stdout.splitlines()[-2:][0] == "prod: 0 mandatory, 0 advisory, 0 waived"


def test_what_is_mandatory_ends_with_an_error_and_tells_the_remedy_first(project: Path) -> None:
    edit(project, "Pulumi.prod.yaml", "synchronous: required", "synchronous: preferred")
    lines = run("check", "prod", cwd=project, status=1).stdout.splitlines()
    head = next(index for index, line in enumerate(lines) if "postgres-durability" in line)
    assert lines[head].startswith("mandatory  critical  postgres-durability: ")
    assert lines[head + 1].startswith("  Set postgres.synchronous to required")
    assert lines[head + 2].startswith("    Cluster postgres in shop-prod: dataDurability is preferred")


def test_what_is_advisory_is_told_and_stops_nothing(project: Path) -> None:
    report = found(project, "dev")
    assert "postgres-instances" in rules(report)
    assert {one["level"] for one in report["findings"]} == {"advisory"}
    assert report["stops"] is False


def test_a_waiver_sets_a_finding_aside_until_it_expires(project: Path) -> None:
    edit(project, "Pulumi.prod.yaml", "synchronous: required", "synchronous: preferred")
    waiver = (
        "{rule: postgres-durability, object: Cluster postgres, environments: [prod], reason: a trial, expires: DAY}"
    )
    for day, status, expected in (
        ("2099-12-31", 0, set()),
        ("2020-01-01", 1, {"postgres-durability", "waiver-expired"}),
    ):
        (project / "stacks" / "waivers.yaml").write_text(f"waivers:\n- {waiver.replace('DAY', day)}\n")
        report = found(project, "prod", status=status)
        assert rules(report) == expected
        assert [one["waived"] for one in report["waived"]] == (["a trial"] if not expected else [])


def test_a_secret_in_a_stack_file_is_found_with_its_line(project: Path) -> None:
    token = "ghp_16C7e42F292c6912E7710c838347Ae178B4a"
    (project / "stacks" / "Pulumi.local.yaml").write_text(f"config:\n  shop:note: hello\n  shop:token: {token}\n")
    report = found(project, "local")
    [one] = [one for one in report["findings"] if one["rule"] == "source-plaintext-secret"]
    assert (one["file"], one["line"], one["level"]) == ("stacks/Pulumi.local.yaml", 3, "advisory")
    assert token not in json.dumps(report)


def test_the_platform_of_this_machine_is_judged_by_its_processes_without_pulumi_and_yaml(project: Path) -> None:
    program = (
        "import sys\n"
        "for name in ('pulumi', 'pulumi_kubernetes', 'yaml'): sys.modules[name] = None\n"
        "sys.argv = ['scalewright', 'check', 'local', '--json']\n"
        "from scalewright.__main__ import main\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=project, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["objects"] > 5


def test_anybodys_manifests_are_judged_with_their_lines_and_unknown_kinds_are_counted(tmp_path: Path) -> None:
    (tmp_path / "charts").mkdir()
    (tmp_path / "charts" / "a.yaml").write_text(f"{GOOD}---{BAD}---\n{UNKNOWN}")
    (tmp_path / "charts" / ".hidden.yaml").write_text("a: [")
    (tmp_path / "charts" / "notes.txt").write_text("a: [")
    report = found(tmp_path, "--manifests", "charts", status=1)
    [one] = [one for one in report["findings"] if one["rule"] == "pod-privilege-escalation"]
    assert (one["file"], one["line"]) == ("charts/a.yaml", 10)
    assert report["unknown"] == {"Rollout.argoproj.io": 1}
    assert report["objects"] == 3
    told = run("check", "--manifests", "charts", cwd=tmp_path, status=1).stdout
    assert "of these no rule knows the kind: 1 Rollout.argoproj.io" in told


def test_they_come_from_standard_input_too_and_as_strictly_as_an_environment(project: Path) -> None:
    assert "pod-privilege-escalation" in piped(BAD, status=1).stdout
    assert "advisory  high  pod-privilege-escalation" in piped(BAD, "--environment", "dev").stdout
    assert piped("", status=2).stderr == "scalewright: -: there is no manifest in it. Name where there are some\n"


def test_standard_input_that_is_closed_is_one_clear_line() -> None:
    closed = ("sh", "-c", 'exec "$@" <&-', "sh")
    told = run("check", "--manifests", "-", before=closed, status=2).stderr
    assert told == "scalewright: standard input cannot be read. Pipe manifests into it, or name a file\n"


def test_files_may_follow_one_another_as_pre_commit_names_them(tmp_path: Path) -> None:
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text(BAD)
    report = found(tmp_path, "--manifests", "a.yaml", "b.yaml", status=1)
    assert {one["file"] for one in report["findings"]} >= {"a.yaml", "b.yaml"}


def test_what_is_no_manifest_is_a_mistake_with_its_line_and_all_are_told(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("kind: Pod\nkind: Pod\n")
    (tmp_path / "b.yaml").write_text("a: ]")
    (tmp_path / "c.yaml").write_bytes(b"a: \xff")
    lines = run("check", "--manifests", ".", cwd=tmp_path, status=2).stderr.splitlines()
    assert [line.split(" ")[0] for line in lines] == ["a.yaml:2:1:", "b.yaml:1:4:", "c.yaml:1:"]


def test_a_rule_that_raises_is_a_failed_check_with_its_name(project: Path, tmp_path: Path) -> None:
    pack = tmp_path / "packs"
    (pack / "broken_pack-1.dist-info").mkdir(parents=True)
    (pack / "broken_pack.py").write_text(BROKEN_PACK)
    (pack / "broken_pack-1.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: broken-pack\nVersion: 1\n")
    points = "[scalewright.policies]\nbroken = broken_pack:RULES\n"
    (pack / "broken_pack-1.dist-info" / "entry_points.txt").write_text(points)
    told = run("check", "dev", cwd=project, status=1, PYTHONPATH=str(pack)).stdout
    assert "rule broken-rule failed, so that nothing is known of what it guards: KeyError: 'spec'" in told
    (pack / "broken_pack.py").write_text("import nothing_of_that_name")
    refused = run("check", "dev", cwd=project, status=2, PYTHONPATH=str(pack)).stderr
    assert "the pack of policies broken (broken_pack:RULES) cannot be loaded" in refused


@pytest.mark.parametrize("form", ["sarif", "junit", "markdown", "json"])
def test_a_report_goes_into_a_file_and_its_text_to_the_terminal(project: Path, tmp_path: Path, form: str) -> None:
    file = tmp_path / "report"
    told = run("check", "dev", f"--{form}", "-o", str(file), cwd=project).stdout
    assert "dev: 0 mandatory" in told
    text = file.read_text()
    match form:
        case "junit":
            assert ElementTree.fromstring(text).attrib["failures"] == "0"  # noqa: S314 - what we wrote
        case "markdown":
            assert text.startswith("### dev: 0 mandatory")
        case _:
            assert json.loads(text)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("prod", "dev"), "one environment is checked at a time"),
        (("--environment", "prod"), "--environment is for --manifests"),
        (("--json", "--sarif"), "--json and --sarif exclude each other"),
        (("prd",), "Did you mean prod?"),
        (("../prod",), "is no name of an environment"),
        (("prod", "--manifests", "stacks"), "there is no file or folder prod"),
        (("--manifests", "stacks"), "apiVersion and kind"),
        (("--manifests", "stacks", "--environment", "prd"), "Did you mean prod?"),
        (("local", "--json", "--output", "none/x"), "none/x cannot be written: No such file or directory. Name a file"),
    ],
)
def test_what_is_asked_wrongly_is_a_mistake(project: Path, arguments: tuple[str, ...], told: str) -> None:
    assert told in run("check", *arguments, cwd=project, status=2).stderr


def test_mistakes_in_what_the_project_says_of_policies_are_told_together(project: Path) -> None:
    (project / "stacks" / "policies.yaml").write_text("levle: advisory\n")
    (project / "stacks" / "waivers.yaml").write_text("waivers: 3\n")
    lines = run("check", "prod", cwd=project, status=2).stderr.splitlines()
    assert [line.split(" ")[0] for line in lines] == ["stacks/policies.yaml:1:1:", "stacks/waivers.yaml:1:1:"]
