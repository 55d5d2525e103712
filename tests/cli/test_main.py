"""The command line as a whole: each test runs it as a user would."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli import command as command_line
from tests.cli.command import ROOT

from scalewright.cli.main import COMMANDS


def run(*arguments: str, cwd: Path = ROOT, status: int = 0) -> str:
    """Run a command, and return all that it says."""
    done = command_line.run(*arguments, cwd=cwd, status=status)
    return done.stdout + done.stderr


def test_help_names_every_command_with_a_whole_sentence() -> None:
    listed = dict(re.findall(r"^  ([a-z]+) +(\S.*)$", run("--help").split("Commands:")[1], re.MULTILINE))
    assert list(listed) == list(COMMANDS)
    assert not [text for text in listed.values() if text.endswith("...")]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str) -> None:
    assert f"Usage: scalewright {command}" in run(command, "--help")


def test_a_mistyped_command_is_answered_with_the_nearest_and_an_unknown_one_with_all() -> None:
    assert "there is no command 'stats'. Did you mean 'status'?" in run("stats", status=2)
    assert "There are: up, down, scale, status," in run("frobnicate", status=2)


def test_the_project_is_found_from_a_folder_within_it() -> None:
    assert run("show", "local", cwd=ROOT / "app" / "shop") == run("show", "local")


@pytest.mark.parametrize("command", ["up", "preview", "drift", "status", "doctor", "url", "down", "show"])
def test_an_unknown_environment_is_answered_with_those_there_are(command: str) -> None:
    output = run(command, "lokal", status=2)
    assert "dev, local, prod, staging" in output
    assert "Did you mean local?" in output


@pytest.mark.parametrize("command", ["status", "doctor", "url"])
def test_an_environment_of_another_platform_is_one_clear_line(command: str) -> None:
    assert run(command, "prod", status=1) == (
        "scalewright: environment prod is on platform kubernetes, which this command does not run. "
        "Look with kubectl, or with `scalewright drift prod`\n"
    )


@pytest.mark.parametrize("name", ["..", "../app", "", ".", "a/b", "-x y"])
@pytest.mark.parametrize("command", ["down", "up", "status"])
def test_what_is_no_name_of_an_environment_is_refused_before_anything_is_touched(
    command: str, name: str, tmp_path: Path
) -> None:
    project = tmp_path / "project"
    shutil.copytree(ROOT / "stacks", project / "stacks")
    before = sorted(tmp_path.rglob("*"))
    assert "is no name of an environment" in run(command, "--", name, cwd=project, status=2)
    assert sorted(tmp_path.rglob("*")) == before


def test_outside_a_project_the_remedy_is_told(tmp_path: Path) -> None:
    assert "stacks" in run("up", cwd=tmp_path, status=2)


def test_a_command_of_the_local_platform_without_its_extra_says_how_to_get_it(tmp_path: Path) -> None:
    (tmp_path / "psutil.py").write_text("raise ModuleNotFoundError('No module named psutil', name='psutil')\n")
    script = "import sys; sys.path.insert(0, sys.argv.pop(1)); from scalewright.cli.main import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path), "up"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr == "Error: up needs psutil. Run `pip install 'scalewright[local]'`\n"
