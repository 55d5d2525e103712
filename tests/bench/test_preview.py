"""The repository against which a preview is measured."""

import shutil
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from bench import preview
from bench.project import ROOT


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not here")
def test_every_environment_that_is_measured_has_changed_since_the_revision(tmp_path: Path) -> None:
    (tmp_path / "stacks").mkdir()
    for name in ("backend.py", "Pulumi.prod.yaml"):
        shutil.copy(ROOT / "stacks" / name, tmp_path / "stacks")
    bench: Any = SimpleNamespace(project=SimpleNamespace(folder=tmp_path))
    preview._commit(bench)
    changed = subprocess.check_output(["git", "diff", "--name-only", preview.BASE], cwd=tmp_path, text=True)
    assert set(changed.split()) == {f"stacks/Pulumi.{name}.yaml" for name in preview.ENVIRONMENTS}
