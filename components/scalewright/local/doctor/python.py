"""The Python that runs it all, and the packages that the application's commands need."""

from __future__ import annotations

import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from scalewright.local.doctor.finding import note, ok, quoted, trouble

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.declaration import Backend
    from scalewright.local.doctor.finding import Finding

#: What docs/platforms.md promises.
SYSTEMS = {"Linux": ("x86_64", "aarch64"), "Darwin": ("x86_64", "arm64")}
PYTHONS = ((3, 11), (3, 13))


def look(backend: Backend) -> Iterator[Finding]:
    """Tell versions, and which package is missing."""
    yield system(platform.system(), platform.machine(), platform.release())
    yield interpreter((sys.version_info.major, sys.version_info.minor))
    installed = {package: _version(package) for package in needed(backend)}
    yield packages(installed)


def system(name: str, machine: str, release: str) -> Finding:
    """Judge the operating system."""
    seen = f"{name} {release}, {machine}"
    if machine in SYSTEMS.get(name, ()):
        return ok("system", seen)
    known = "; ".join(f"{each} on {' or '.join(machines)}" for each, machines in SYSTEMS.items())
    return note("system", seen, f"it is tried on {known} alone")


def interpreter(found: tuple[int, int]) -> Finding:
    """Judge the version of Python."""
    oldest, newest = PYTHONS
    seen = f"{platform.python_version()}, {sys.executable}"
    if oldest <= found <= newest:
        return ok("python", seen)
    return note("python", seen, f"it is tried with {oldest[0]}.{oldest[1]} to {newest[0]}.{newest[1]} alone")


def needed(backend: Backend) -> tuple[str, ...]:
    """Return the packages by which the plan starts what is declared."""
    wanted = {
        "uvicorn": backend.services,
        "uvloop": backend.services,
        "httptools": backend.services,
        "celery": backend.workers,
        "alembic": backend.postgres and backend.postgres.migrations,
    }
    return ("supervisor", *(package for package, part in wanted.items() if part))


def packages(installed: dict[str, str | None]) -> Finding:
    """Judge which packages there are."""
    missing = [package for package, found in installed.items() if found is None]
    if missing:
        seen = f"{', '.join(missing)} {'is' if len(missing) == 1 else 'are'} not installed for {sys.executable}"
        remedy = f"{quoted(sys.executable)} -m pip install {' '.join(missing)}"
        return trouble("packages", seen, "processes are started by what is not there", remedy)
    return ok("packages", ", ".join(f"{package} {found}" for package, found in installed.items()))


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
