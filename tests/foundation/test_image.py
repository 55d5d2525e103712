"""make image-digest and scripts/image: the digest of an image into an overlay, and nothing else of it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

OLD, NEW = (f"ghcr.io/acme/shop@sha256:{digit * 64}" for digit in "12")


@pytest.fixture
def project(root: Path, tmp_path: Path) -> Path:
    """The declaration and the script, to be changed."""
    shutil.copytree(root / "stacks", tmp_path / "stacks", ignore=shutil.ignore_patterns("__pycache__", ".venv"))
    shutil.copytree(root / "app", tmp_path / "app", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(root / "scripts", tmp_path / "scripts")
    return tmp_path


def write(project: Path, *arguments: str, status: int = 0) -> str:
    command = [sys.executable, project / "scripts/image_digest.py", *arguments]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.mark.parametrize("quote", ["", '"', "'"])
def test_only_the_image_of_an_overlay_changes(project: Path, quote: str) -> None:
    overlay = project / "stacks/Pulumi.prod.yaml"
    lines = overlay.read_text().splitlines()
    row = next(number for number, line in enumerate(lines) if line.startswith("    image:"))
    lines[row] = f"    image: {quote}{OLD}{quote} # why it is that one"
    overlay.write_text("\n".join(lines) + "\n")
    assert write(project, "prod", NEW) == f"image-digest: prod takes {NEW}\n"
    lines[row] = f"    image: {NEW} # why it is that one"
    assert overlay.read_text().splitlines() == lines
    assert write(project, "prod", NEW) == f"image-digest: prod had {NEW}\n"


@pytest.mark.parametrize(
    ("environment", "said"),
    [("local", "has no `image` of its own"), ("nowhere", "there is no such file")],
)
def test_an_environment_without_an_image_is_left_alone(project: Path, environment: str, said: str) -> None:
    before = {path: path.read_text() for path in (project / "stacks").glob("*.yaml")}
    assert said in write(project, environment, NEW, status=1)
    assert {path: path.read_text() for path in (project / "stacks").glob("*.yaml")} == before


@pytest.mark.parametrize(
    "image", ["ghcr.io/acme/shop:main", "shop@sha256:12", f"{NEW} ", f"{NEW}\n    platform: local"]
)
def test_what_is_no_image_by_its_digest_is_refused(project: Path, image: str) -> None:
    before = (project / "stacks/Pulumi.prod.yaml").read_text()
    assert "takes an environment and an image by its digest" in write(project, "prod", image, status=2)
    assert (project / "stacks/Pulumi.prod.yaml").read_text() == before


def test_a_mistake_in_the_declaration_is_told_and_nothing_is_written(project: Path) -> None:
    overlay = project / "stacks/Pulumi.prod.yaml"
    overlay.write_text(overlay.read_text().replace("min: 3, max: 10", "min: 30, max: 10"))
    before = overlay.read_text()
    assert "scale.min is 30" in write(project, "prod", NEW, status=1)
    assert overlay.read_text() == before


@pytest.mark.parametrize(
    ("arguments", "said"),
    [([], "knows build, scan, push and sign"), (["build"], "of which image?"), (["burn", "x"], "not burn")],
)
def test_a_step_that_is_not_one_is_named(project: Path, arguments: list[str], said: str) -> None:
    command = ["sh", "scripts/image", *arguments]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert said in done.stderr
