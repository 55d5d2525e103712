"""From the name of an environment to the platform that runs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright.declaration import load
from scalewright.local.errors import PlatformError
from scalewright.local.platform import LocalPlatform

if TYPE_CHECKING:
    from pathlib import Path

    from scalewright.declaration import Backend

#: What runs the platforms that this command line does not.
ELSEWHERE = {"kubernetes": "Look with kubectl, or with `scalewright drift {environment}`"}


def target(project: Path, environment: str) -> tuple[LocalPlatform, Backend]:
    """Load an environment and the platform it declares; raises PlatformError for one that is not run from here."""
    backend = load(project, environment)
    if backend.platform != "local":
        remedy = ELSEWHERE.get(backend.platform, "Name an environment whose platform is local")
        raise PlatformError(
            f"environment {environment} is on platform {backend.platform}, which this command does not run. "
            f"{remedy.format(environment=environment)}"
        )
    return LocalPlatform(project, environment), backend
