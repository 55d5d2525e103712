"""The change of which the review is measured."""

import shutil
from pathlib import Path

import pytest
from bench import ci
from bench.project import ROOT

from scalewright.declaration import environments, load


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not here")
def test_every_environment_is_another_than_before(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "stacks", tmp_path / "stacks", ignore=shutil.ignore_patterns("__pycache__", "addons"))
    before = {name: load(tmp_path, name) for name in environments(tmp_path)}
    ci.change(tmp_path)
    assert len(before) == 4
    assert all(load(tmp_path, name) != one for name, one in before.items())
