"""What is committed: nothing of the machine it was written on, and a lock that any index can serve."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

#: Folders that exist on one machine only: a user's, root's, a workspace's.
HOMES = re.compile(r"(?<![\w.}])/(?:root|home/\w+|Users/\w+|work)/(?=\S)")


@pytest.fixture
def texts(root: Path) -> dict[str, str]:
    """Every tracked text file by its name."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("only a git work tree has tracked files")
    found = {}
    for name in filter(None, listed.stdout.split("\0")):
        content = (root / name).read_bytes() if (root / name).is_file() else b""
        if b"\0" not in content:
            found[name] = content.decode()
    return found


def test_no_file_names_a_folder_of_one_machine(texts: dict[str, str]) -> None:
    found = {f"{name}: {match[0]}" for name, text in texts.items() for match in HOMES.finditer(text)}
    assert found == set()


def test_every_file_ends_with_one_newline(texts: dict[str, str]) -> None:
    assert [name for name, text in texts.items() if text and not re.search(r"[^\n]\n\Z", text)] == []


def pins(lock: str) -> dict[str, str]:
    """Return the version of each package that a lock pins by hash."""
    return dict(re.findall(r"^([^\s=\[]+)\S*?==(\S+).*\n    --hash=sha256:", lock, re.MULTILINE))


@pytest.mark.parametrize(("name", "fewest"), [("requirements.lock", 50), ("app/requirements.lock", 20)])
def test_a_lock_names_no_index_and_pins_every_package_by_hash(root: Path, name: str, fewest: int) -> None:
    lock = (root / name).read_text()
    assert "://" not in lock
    assert not re.search(
        r"^\s*-", re.sub(r"^    --hash=sha256:[0-9a-f]{64}( \\)?$", "", lock, flags=re.MULTILINE), re.MULTILINE
    )
    assert len(pins(lock)) == len(re.findall(r"^[^\s#]", lock, re.MULTILINE)) > fewest


def test_the_image_has_the_versions_that_were_tested(root: Path) -> None:
    tested, image = (pins((root / name).read_text()) for name in ("requirements.lock", "app/requirements.lock"))
    assert image.items() <= tested.items()


def test_every_script_is_executable_and_parses(root: Path) -> None:
    scripts = (
        f"scripts/{name}" for name in ("bootstrap", "control-plane", "image", "kubeconfig", "released", "report")
    )
    for name, shell in (*((name, "sh") for name in scripts), (".ci/run", "bash"), ("stacks/.venv/bin/python", "sh")):
        assert (root / name).stat().st_mode & 0o111 == 0o111
        subprocess.run([shell, "-n", root / name], check=True)
