"""scripts/bootstrap with a real Python, venv and pip, and a package index that is a folder."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import tomllib
import zipfile
from typing import TYPE_CHECKING

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Checkout

#: Builds a wheel that adds the project's folder to the path: as little as PEP 660 allows.
BACKEND = """
import os, zipfile


def build_editable(wheel_directory, config_settings=None, metadata_directory=None):
    name = "{name}-1-py3-none-any.whl"
    with zipfile.ZipFile(os.path.join(wheel_directory, name), "w") as wheel:
        wheel.writestr("{name}.pth", os.getcwd())
        wheel.writestr("{name}-1.dist-info/METADATA", "Metadata-Version: 2.1\\nName: {name}\\nVersion: 1\\n")
        wheel.writestr("{name}-1.dist-info/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr("{name}-1.dist-info/RECORD", "")
    return name
"""
MANIFEST = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
"""


def project(folder: Path, name: str) -> None:
    """Write a project with one module of its name."""
    (folder / "pyproject.toml").write_text(MANIFEST)
    (folder / "backend.py").write_text(BACKEND.format(name=name))
    (folder / f"{name}.py").write_text("")


def package(index: Path, name: str, version: int = 1, *more: str) -> str:
    """Put a package with one module of its name into an index; returns its line for a lock.

    `more` are further lines of its metadata.
    """
    stem = f"{name}-{version}"
    path = index / f"{stem}-py3-none-any.whl"
    metadata = "\n".join(("Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}", *more, ""))
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr(f"{name}.py", f"version = {version}\n")
        wheel.writestr(f"{stem}.dist-info/METADATA", metadata)
        wheel.writestr(f"{stem}.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{stem}.dist-info/RECORD", "")
    return f"{name}=={version} --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n"


def offline(index: Path) -> dict[str, str]:
    """Return the variables by which pip looks nowhere but in an index."""
    return {
        "PYTHON": sys.executable,
        "PIP_CONFIG_FILE": "/dev/null",
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": index.as_uri(),
    }


def test_the_lock_and_both_projects_can_be_imported_and_a_wrong_hash_is_refused(
    checkout: Checkout, tmp_path: Path
) -> None:
    index = tmp_path / "index"
    index.mkdir()
    locked, tampered = package(index, "locked"), package(index, "tampered")
    lock = checkout.folder / "requirements.lock"
    lock.write_text(locked)
    project(checkout.folder, "root_project")
    project(checkout.folder / "app", "app_project")

    status, lines = checkout.bootstrap(**offline(index))
    assert status == 0, lines
    python = checkout.folder / ".venv/bin/python"
    subprocess.run([python, "-c", "import locked, root_project, app_project"], check=True, cwd=tmp_path)
    assert checkout.bootstrap(**offline(index)) == (0, [])

    lock.write_text(locked + tampered[:-2] + ("0" if tampered[-2] != "0" else "1") + "\n")
    status, lines = checkout.bootstrap(**offline(index))
    assert status != 0
    assert any("HASHES" in line for line in lines), lines
    assert not checkout.stamp.exists()


def test_a_release_that_is_newer_than_the_lock_changes_nothing(checkout: Checkout, tmp_path: Path) -> None:
    index = tmp_path / "index"
    index.mkdir()
    extra = ("Provides-Extra: more",)
    lines = package(index, "locked", 1, "Requires-Dist: needed[more]>=1"), package(index, "needed", 1, *extra)
    package(index, "needed", 2, *extra)
    (checkout.folder / "requirements.lock").write_text("".join(lines))
    project(checkout.folder, "root_project")
    project(checkout.folder / "app", "app_project")
    status, said = checkout.bootstrap(**offline(index))
    assert status == 0, said
    python = checkout.folder / ".venv/bin/python"
    done = subprocess.run(
        [python, "-c", "import needed; print(needed.version)"], check=True, capture_output=True, text=True
    )
    assert done.stdout == "1\n"


def overrides(root: Path) -> dict[str, Requirement]:
    """Return the packages of which the project takes versions that others do not ask for, by name."""
    project = tomllib.loads((root / "pyproject.toml").read_text())
    named = [Requirement(one) for one in project["tool"]["uv"]["override-dependencies"]]
    return {canonicalize_name(one.name): one for one in named}


def test_what_is_installed_here_lacks_nothing_but_what_the_project_overrides(root: Path) -> None:
    done = subprocess.run([sys.executable, "-Im", "pip", "check"], check=False, capture_output=True, text=True)
    conflicts = {
        line: re.fullmatch(r"\S+ \S+ has requirement .+, but you have (?P<package>\S+) (?P<version>\S+)\.", line)
        for line in done.stdout.splitlines()
        if line != "No broken requirements found."
    }
    ours = overrides(root)
    allowed = {
        line
        for line, one in conflicts.items()
        if one and (asked := ours.get(canonicalize_name(one["package"]))) and one["version"] in asked.specifier
    }
    assert done.stdout
    assert conflicts.keys() == allowed
