"""What runs elsewhere: workflows that may do little, of actions that cannot change, in steps that run here, too."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from ruamel.yaml import YAML

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
ACTIONS = sorted((ROOT / ".github/actions").glob("*/action.yml"))
GITLAB = ROOT / "ci/gitlab.yml"
LOCAL = "./.github/actions/"
PINNED = re.compile(r"uses: [\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")
MAKE = re.compile(r"""make( --?[\w-]+)* (?P<target>[a-z-]+)( [A-Z]+="\$[A-Z_]+")*""")
#: What a token may write, by job; everything else only reads.
WRITES = {
    "preview/comment": {"pull-requests"},
    "preview/pulumi_preview": {"id-token"},
    "deploy/deploy": {"id-token"},
    "drift/drift": {"id-token"},
    "image/image": {"id-token", "packages"},
    "image/overlay": {"contents", "pull-requests"},
}

workflow = pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
anything = pytest.mark.parametrize("path", [*WORKFLOWS, *ACTIONS, GITLAB], ids=lambda path: path.stem)


def read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = YAML(typ="safe").load(path)
    return content


def jobs(path: Path) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = read(path)["jobs"]
    return found


def steps(path: Path) -> Iterator[dict[str, Any]]:
    """Yield every step of a workflow or an action."""
    content = read(path)
    for part in content.get("jobs", {"": content.get("runs", {})}).values():
        yield from part["steps"]


def commands(path: Path) -> Iterator[str]:
    """Yield every line that a runner's shell is given."""
    if path == GITLAB:
        for job in read(path).values():
            for part in ("before_script", "script", "after_script"):
                yield from job.get(part, []) if isinstance(job, dict) else []
    else:
        for step in steps(path):
            yield from step["run"].splitlines() if "run" in step else []


def targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def test_there_is_a_workflow_for_each_thing_that_is_promised() -> None:
    assert {path.stem for path in WORKFLOWS} == {"ci", "preview", "deploy", "drift", "image"}


@anything
def test_each_step_that_is_a_command_is_a_target_of_make(path: Path) -> None:
    lines = list(commands(path))
    assert lines
    for line in lines:
        found = MAKE.fullmatch(line)
        assert found, f'{line!r} is not `make TARGET NAME="$VARIABLE"`'
        assert found["target"] in targets()


@pytest.mark.parametrize("path", [*WORKFLOWS, *ACTIONS], ids=lambda path: path.stem)
def test_each_action_is_pinned_to_a_commit_whose_version_is_told(path: Path) -> None:
    lines = [line.strip().removeprefix("- ") for line in path.read_text().splitlines() if "uses:" in line]
    for line in lines:
        if line.startswith(f"uses: {LOCAL}"):
            assert (ROOT / line.removeprefix("uses: ") / "action.yml").is_file()
        else:
            assert PINNED.fullmatch(line), line


def test_one_action_has_one_version_everywhere() -> None:
    text = "".join(path.read_text() for path in (*WORKFLOWS, *ACTIONS))
    pins = re.findall(r"uses: ([\w./-]+)@(\w+) # (\S+)", text)
    assert len({name for name, _, _ in pins}) == len(set(pins))


@workflow
def test_a_workflow_may_do_nothing_and_its_jobs_what_is_listed_here(path: Path) -> None:
    assert read(path)["permissions"] == {}
    for name, job in jobs(path).items():
        granted = job["permissions"]
        assert {scope for scope, access in granted.items() if access == "write"} == WRITES.get(
            f"{path.stem}/{name}", set()
        )
        assert set(granted.values()) <= {"read", "write"}


@workflow
def test_every_job_ends_by_itself(path: Path) -> None:
    assert all(0 < job["timeout-minutes"] <= 90 for job in jobs(path).values())


@workflow
def test_no_checkout_leaves_the_token_behind(path: Path) -> None:
    checkouts = [step for step in steps(path) if step.get("uses", "").startswith("actions/checkout@")]
    assert len(checkouts) == len(jobs(path))
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


@workflow
def test_what_a_fork_starts_has_no_secret_and_cannot_write(path: Path) -> None:
    triggers = read(path)["on"]
    assert not {"pull_request_target", "workflow_run", "issue_comment"} & set(triggers)
    if "pull_request" not in triggers:
        return
    for name, job in jobs(path).items():
        trusted = "github.event.pull_request.head.repo.full_name == github.repository" in job.get("if", "")
        assert trusted or ("secrets." not in str(job) and f"{path.stem}/{name}" not in WRITES)


@workflow
def test_what_an_expression_says_never_becomes_a_part_of_a_command(path: Path) -> None:
    assert not [line for line in commands(path) if "${{" in line]


def test_who_may_write_comments_runs_the_code_of_the_branch_that_is_merged_into() -> None:
    comment = jobs(ROOT / ".github/workflows/preview.yml")["comment"]
    checkout = next(step for step in comment["steps"] if step.get("uses", "").startswith("actions/checkout@"))
    assert checkout["with"]["ref"] == "${{ github.event.pull_request.base.sha }}"
    assert [step["run"] for step in comment["steps"] if "run" in step] == ["make comment"]


@pytest.mark.parametrize("name", ["deploy", "drift", "preview/pulumi_preview"])
def test_credentials_are_those_of_an_environment_and_forks_of_the_project_run_nothing(name: str) -> None:
    file, _, job = name.partition("/")
    found = jobs(ROOT / f".github/workflows/{file}.yml")[job or file]
    assert found["environment"]
    assert "vars.DEPLOYS == 'true'" in found["if"]


def test_an_environment_is_deployed_once_at_a_time_and_never_cut_off() -> None:
    concurrency = read(ROOT / ".github/workflows/deploy.yml")["concurrency"]
    assert concurrency == {"group": "deploy-${{ inputs.environment || 'dev' }}", "cancel-in-progress": False}


def test_what_fails_after_it_was_touched_goes_back_and_what_fails_before_does_not() -> None:
    deploy = jobs(ROOT / ".github/workflows/deploy.yml")["deploy"]["steps"]
    order = [step["run"].split()[1] for step in deploy if "run" in step]
    assert order == ["check", "deploy", "smoke", "released", "rollback", "smoke"]
    by_target = {step["run"].split()[1]: step for step in reversed(deploy) if "run" in step}
    assert by_target["rollback"]["if"] == (
        "failure() && (steps.deploy.outcome == 'failure' || steps.smoke.outcome == 'failure')"
    )


def test_gitlab_goes_back_where_a_deployment_fails_that_somebody_started_by_hand() -> None:
    """A job that is allowed to fail counts as one that did not: https://docs.gitlab.com/ci/yaml/#when."""
    content = read(GITLAB)
    for environment in ("dev", "staging", "prod"):
        deploy, back = content[f"deploy {environment}"], content[f"rollback {environment}"]
        assert back["needs"] == [f"deploy {environment}"]
        assert not [rule for rule in deploy.get("rules", content[".deploy"]["rules"]) if rule.get("allow_failure")]
    assert {rule["when"] for rule in content[".rollback"]["rules"]} == {"on_failure"}


def test_the_environments_are_those_that_are_declared() -> None:
    declared = {path.name.split(".")[1] for path in (ROOT / "stacks").glob("Pulumi.*.yaml")} - {"local"}
    named = [
        read(ROOT / ".github/workflows/deploy.yml")["on"]["workflow_dispatch"]["inputs"]["environment"]["options"],
        *(
            job["strategy"]["matrix"]["environment"]
            for path in WORKFLOWS
            for job in jobs(path).values()
            if "environment" in job.get("strategy", {}).get("matrix", {})
        ),
    ]
    assert [set(one) for one in named] == [declared] * 4


def test_the_command_line_of_pulumi_is_as_old_as_its_sdk() -> None:
    sdk = re.search(r"^pulumi==([\d.]+)", (ROOT / "requirements.lock").read_text(), re.MULTILINE)
    assert sdk is not None
    used = [
        step["with"]["pulumi-version"]
        for step in steps(ROOT / ".github/actions/prepare/action.yml")
        if step.get("uses", "").startswith("pulumi/actions@")
    ]
    assert used == [sdk[1]]
    assert f'PULUMI_VERSION: "{sdk[1]}"' in GITLAB.read_text()


def program(name: str) -> str:
    """Return the path of a program; skips where it is neither installed here nor on PATH."""
    found = shutil.which(name, path=os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"])))
    return found or pytest.skip(f"{name} is not installed: make lint-tools")


@pytest.mark.parametrize(
    "command", [["actionlint"], ["zizmor", "--offline", "--quiet", ".github"]], ids=lambda one: one[0]
)
def test_nothing_is_found_by(command: list[str]) -> None:
    done = subprocess.run(
        [program(command[0]), *command[1:]], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", [*WORKFLOWS, *ACTIONS, GITLAB], ids=lambda path: path.stem)
def test_the_forge_s_own_schema_takes_it(path: Path) -> None:
    """check-jsonschema carries the schemas that SchemaStore has, GitLab's own among them."""
    schema = "gitlab-ci" if path == GITLAB else "github-actions" if path in ACTIONS else "github-workflows"
    command = [program("check-jsonschema"), "--builtin-schema", f"vendor.{schema}", str(path)]
    if schema == "gitlab-ci":
        command += ["--data-transform", "gitlab-ci"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
