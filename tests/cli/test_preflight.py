"""`scalewright preflight` where there is no cluster to ask: a line each, all together, and never a token."""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from tests.cli.command import ROOT, SCALEWRIGHT, run
from tests.kubernetes.kubeconfigs import TOKEN, kubeconfig, serving

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The kubeconfig of a cluster that is not there."""
    path = tmp_path / "kubeconfig"
    path.write_text(kubeconfig("https://127.0.0.1:1", "prod-eu", "staging"))
    return path


def test_a_cluster_that_is_not_there_is_one_line_and_status_1(file: Path) -> None:
    done = run("preflight", "dev", KUBECONFIG=str(file), status=1)
    assert done.stdout == ""
    assert done.stderr == (
        "scalewright: the cluster of context prod-eu cannot be reached at https://127.0.0.1:1: Connection refused. "
        "Start it, connect to its network, or use another context\n"
    )


def test_context_and_kubeconfig_are_chosen_by_options(file: Path) -> None:
    assert (
        "the cluster of context staging"
        in run(
            "preflight", "dev", "--kubeconfig", str(file), "--context", "staging", status=1, KUBECONFIG="/absent"
        ).stderr
    )
    assert run("preflight", "dev", "--context", "stagin", KUBECONFIG=str(file), status=1).stderr == (
        f"scalewright: {file} has no context 'stagin'; its contexts are prod-eu, staging. Did you mean staging?\n"
    )


def test_a_kubeconfig_is_read_from_standard_input() -> None:
    with serving(lambda *_: (401, "{}")) as address:
        done = subprocess.run(
            [*SCALEWRIGHT, "preflight", "dev", "--kubeconfig", "-"],
            cwd=ROOT,
            input=kubeconfig(address),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"scalewright: the cluster of context test at {address} does not know me")
    assert TOKEN not in done.stderr


def test_a_cluster_that_is_away_and_mistakes_of_the_program_are_told_together(file: Path, tmp_path: Path) -> None:
    folder = tmp_path / "project"
    shutil.copytree(ROOT / "stacks", folder / "stacks", ignore=shutil.ignore_patterns("__pycache__", "addons"))
    with (folder / "stacks" / "__main__.py").open("a") as program:
        program.write(
            "from scalewright.kubernetes.namespace import Namespace\nNamespace('extra', {})\nNamespace('extra', {})\n"
        )
    told = run("preflight", "dev", cwd=folder, KUBECONFIG=str(file), status=1).stderr.splitlines()
    assert len(told) == 2
    assert "cannot be reached" in told[0]
    assert told[1].startswith("scalewright: dev cannot be planned: Namespace 'extra' is made twice; ")


def test_an_environment_without_a_cluster_is_refused() -> None:
    assert "environment local is on platform local, which has no manifests" in run("preflight", status=1).stderr


def test_mistakes_of_the_overlay_come_first_and_with_status_2(file: Path, tmp_path: Path) -> None:
    folder = tmp_path / "project"
    shutil.copytree(ROOT / "stacks", folder / "stacks", ignore=shutil.ignore_patterns("__pycache__", "addons"))
    overlay = folder / "stacks" / "Pulumi.dev.yaml"
    overlay.write_text(overlay.read_text().replace("min: 1, max: 3", "min: 4, max: 3"))
    told = run("preflight", "dev", cwd=folder, KUBECONFIG=str(file), status=2).stderr
    assert "services.orders.scale.min is 4; it must be at most max (3)." in told
    assert "cannot be reached" not in told


def test_without_the_extra_it_says_how_to_get_it(tmp_path: Path, file: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['kubernetes'] = None\n")
    done = run("preflight", "dev", KUBECONFIG=str(file), PYTHONPATH=str(tmp_path), status=1)
    assert done.stderr == "Error: preflight needs kubernetes. Run `pip install 'scalewright[kubernetes]'`\n"


def test_other_commands_do_without_the_client() -> None:
    watched = "import sys; from scalewright.cli.main import cli; from scalewright.cli.preflight import preflight"
    code = f"{watched}; print([name for name in ('kubernetes', 'pulumi') if name in sys.modules])"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert told == "[]\n"
