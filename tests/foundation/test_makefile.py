"""The Makefile: what `make help` promises is there, and each target runs what it says."""

from __future__ import annotations

import os
import re
import subprocess
from typing import TYPE_CHECKING

import pytest
from ruamel.yaml import YAML

if TYPE_CHECKING:
    from pathlib import Path

INNER = re.compile(r"bootstrap|lint-\w+")  # parts of other targets


def make(root: Path, *arguments: str, **environment: str) -> str:
    """Run make without the variables of a make that may run these tests; returns what it prints."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS", "ENV"))}
    return subprocess.run(
        ["make", *arguments], cwd=root, env=kept | environment, check=True, capture_output=True, text=True
    ).stdout


def targets(root: Path) -> set[str]:
    """Return the names of all targets."""
    text = (root / "Makefile").read_text()
    return {name for name in re.findall(r"^([a-z-]+):", text, re.MULTILINE) if not INNER.fullmatch(name)}


def test_help_lists_every_target_with_a_line_that_fits_a_terminal(root: Path) -> None:
    documented = dict(re.findall(r"^  make (\S+) +(.+)$", make(root, "help"), re.MULTILINE))
    assert documented.keys() == targets(root)
    assert {"up", "down", "status", "logs", "test", "lint", "bench", "clean", "help", "lock"} <= documented.keys()
    assert max(map(len, documented.values())) <= 100


def test_make_alone_is_help(root: Path) -> None:
    assert make(root) == make(root, "help")


def test_no_target_can_be_shadowed_by_a_file_of_its_name(root: Path) -> None:
    phony = re.search(r"^\.PHONY: ((?:.*\\\n)*.*)$", (root / "Makefile").read_text(), re.MULTILINE)
    assert phony is not None
    assert targets(root) <= set(phony[1].replace("\\", "").split())


@pytest.mark.parametrize("target", ["up", "down", "status"])
def test_a_target_acts_on_the_environment_local_unless_told(root: Path, target: str) -> None:
    assert make(root, "-n", target, ENV="/etc/shrc").splitlines()[-1].endswith(f'scalewright {target}  "local"')
    assert make(root, "-n", target, "ENV=dev").splitlines()[-1].endswith(f'scalewright {target}  "dev"')


def test_logs_can_be_of_one_process_and_go_on(root: Path) -> None:
    assert make(root, "-n", "logs").rstrip().endswith('logs   --env "local"')
    assert make(root, "-n", "logs", "NAME=orders-1", "FOLLOW=1").endswith('logs  --follow --env "local" "orders-1"\n')


def test_arguments_reach_pytest_as_the_shell_would_split_them(root: Path) -> None:
    assert make(root, "-n", "test", "ARGS=tests/plan -k 'one or two'").endswith("loadfile tests/plan -k 'one or two'\n")


def test_every_hook_before_a_commit_is_a_part_of_lint(root: Path) -> None:
    (repository,) = YAML(typ="safe").load(root / ".pre-commit-config.yaml")["repos"]
    entries = [hook["entry"] for hook in repository["hooks"] if hook["language"] == "system"]
    parts = re.search(r"^lint: (.*?) ##", (root / "Makefile").read_text(), re.MULTILINE)
    assert parts is not None
    assert entries == [f"make --no-print-directory {part}" for part in parts[1].split()]


def test_clean_removes_what_can_be_made_again_and_keeps_the_state_folder(root: Path, tmp_path: Path) -> None:
    (tmp_path / "Makefile").write_text((root / "Makefile").read_text())
    for name in (".venv/bin", "a b/__pycache__", ".mypy_cache", ".scalewright/local/run", "a b/kept"):
        (tmp_path / name).mkdir(parents=True)
    printed = make(tmp_path, "clean")
    assert sorted(path.name for path in tmp_path.rglob("*")) == [
        ".scalewright",
        "Makefile",
        "a b",
        "kept",
        "local",
        "run",
    ]
    assert ".venv" in printed
    assert "keeping .scalewright" in printed


def test_clean_refuses_while_programs_of_the_environment_run(root: Path, tmp_path: Path) -> None:
    (tmp_path / "Makefile").write_text((root / "Makefile").read_text())
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".scalewright/dev/run").mkdir(parents=True)
    (tmp_path / ".scalewright/dev/run/supervisor.pid").write_text(f"{os.getpid()}\n")
    with pytest.raises(subprocess.CalledProcessError) as refused:
        make(tmp_path, "clean")
    assert "make down ENV=dev" in refused.value.stderr
    assert (tmp_path / ".venv").exists()
