"""`scalewright up`, `down` and `drift` of an environment on a cluster, where Pulumi is not here or cannot be used."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from tests.cli.command import ROOT, run
from tests.cli.terminal import answer
from tests.kubernetes.kubeconfigs import kubeconfig

if TYPE_CHECKING:
    from pathlib import Path

LACKING = "Pulumi's command line is not here, which makes what is declared in a cluster"
HOW = "Install it as https://www.pulumi.com/docs/iac/download-install/ tells, and have it on PATH"
AWAY = "scalewright: the cluster of context prod-eu cannot be reached at https://127.0.0.1:1: "


@pytest.fixture
def without(tmp_path: Path) -> dict[str, str]:
    """The variables of a user who has no Pulumi, and whose cluster is away."""
    (tmp_path / "kubeconfig").write_text(kubeconfig("https://127.0.0.1:1", "prod-eu"))
    return {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "KUBECONFIG": str(tmp_path / "kubeconfig")}


@pytest.mark.parametrize("command", ["up", "down"])
def test_without_a_terminal_and_a_yes_nothing_is_begun(command: str, without: dict[str, str]) -> None:
    told = run(command, "dev", status=1, **without).stderr
    assert told.endswith(" a cluster. There is no terminal to ask on. Say --yes if you mean it\n")
    assert told.count("\n") == 1


@pytest.mark.parametrize("command", ["up", "down"])
def test_without_pulumi_it_is_told_how_one_comes_by_it(command: str, without: dict[str, str]) -> None:
    assert run(command, "dev", "--yes", status=1, **without).stderr == f"scalewright: {LACKING}. {HOW}\n"


def test_on_a_terminal_pulumis_own_installer_is_offered(without: dict[str, str]) -> None:
    environment = {**os.environ, **without, "https_proxy": "http://127.0.0.1:1"}
    declined = answer("n", "up", "dev", "--yes", cwd=ROOT, environment=environment, status=1)
    assert "by Pulumi's own installer, https://get.pulumi.com? [y/N]: n" in declined
    assert f"scalewright: {LACKING}. {HOW}" in declined
    agreed = answer("y", "up", "dev", "--yes", cwd=ROOT, environment=environment, status=1)
    assert "scalewright: Pulumi's installer cannot be downloaded: " in agreed


def test_a_pulumi_that_is_too_old_is_one_line(tmp_path: Path, without: dict[str, str]) -> None:
    program = tmp_path / "bin" / "pulumi"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\necho v3.100.0\n")
    program.chmod(0o755)
    without["PATH"] = f"{program.parent}:{without['PATH']}"
    for command in (("up", "dev", "--yes"), ("drift", "dev")):
        told = run(*command, status=1, **without).stderr
        assert told.startswith(f"scalewright: Pulumi 3.100.0 at {program} is too old for Pulumi.yaml, which needs ")
        assert told.count("\n") == 1


def test_mistakes_of_the_overlay_come_first_and_with_status_2(tmp_path: Path, without: dict[str, str]) -> None:
    folder = tmp_path / "project"
    shutil.copytree(ROOT / "stacks", folder / "stacks", ignore=shutil.ignore_patterns("__pycache__", "addons"))
    overlay = folder / "stacks" / "Pulumi.dev.yaml"
    overlay.write_text(overlay.read_text().replace("min: 1, max: 3", "min: 4, max: 3"))
    for command in ("up", "drift", "down"):
        told = run(command, "dev", cwd=folder, status=2, **without).stderr
        assert "services.orders.scale.min is 4; it must be at most max (3)." in told


def test_drift_without_pulumi_asks_the_cluster(without: dict[str, str]) -> None:
    told = run("drift", "dev", status=1, **without).stderr
    assert told.startswith(AWAY)
    assert told.count("\n") == 1
    assert run("drift", "dev", "--exit-code", status=128, **without).stderr == told


def test_data_in_a_cluster_is_deleted_by_no_command(without: dict[str, str]) -> None:
    told = run("down", "dev", "--delete-data", "--yes", status=1, **without).stderr
    assert told.startswith("scalewright: data of dev is in a cluster, where no command of ours deletes it. ")


def test_without_the_extra_it_says_how_to_get_it(tmp_path: Path, without: dict[str, str]) -> None:
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['pulumi'] = None\n")
    told = run("up", "dev", "--yes", status=1, PYTHONPATH=str(tmp_path), **without).stderr
    assert told == "Error: up needs pulumi. Run `pip install 'scalewright[kubernetes]'`\n"


def test_a_cluster_does_without_what_only_this_machine_needs_and_the_other_way_round() -> None:
    code = (
        "import json, sys; from click.testing import CliRunner; from scalewright.cli.main import cli\n"
        "outcome = CliRunner().invoke(cli, sys.argv[1:])\n"
        "print(json.dumps([name for name in ('supervisor', 'psycopg', 'pulumi', 'kubernetes') if name in sys.modules]))"
    )

    def loaded(*arguments: str) -> set[str]:
        command = [sys.executable, "-c", code, *arguments]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        return set(json.loads(done.stdout))

    for command in (("up", "dev", "--yes", "--help"), ("down", "dev"), ("up", "dev")):
        assert not loaded(*command) & {"supervisor", "psycopg"}
    assert not loaded("drift", "local") & {"pulumi", "kubernetes"}
