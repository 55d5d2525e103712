"""What is built for a package index."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def test_the_wheel_holds_the_library_and_nothing_that_lies_beside_it(root: Path, tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=root,
        check=True,
        capture_output=True,
        timeout=60,
    )
    [wheel] = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert "scalewright/kubernetes/package.py" in names
    assert {name.split("/")[0].partition("-")[0] for name in names} == {"scalewright", "scalewright_policies"}
