"""The processes of an environment of this machine, on a machine that is the same before and after. Pure."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from zlib import crc32

from scalewright.local import backend as nouns
from scalewright.local.replicas import counts
from scalewright.local.site import Site

if TYPE_CHECKING:
    from scalewright.declaration import Backend
    from scalewright.plan.records import Process

_PROJECT = Path("/project")
"""A folder that is nowhere: the plan only joins names to it."""
_FIRST, _PORTS = 20_000, 20_000


def processes(backend: Backend) -> tuple[Process, ...]:
    """Return what a machine would run that has every program, each at one place: nothing is looked for.

    A port is the same as long as its name is; what the code of the application is makes no difference.
    """
    replicas = counts(backend, {})
    site = Site(
        project=_PROJECT,
        state=_PROJECT / ".scalewright" / "local",
        python="python",
        ports={name: _FIRST + crc32(name.encode()) % _PORTS for name in nouns.ports(backend, replicas)},
        programs={name: f"/programs/{name}" for name in nouns.programs(backend)},
        sources={},
        replicas=replicas,
    )
    return nouns.plan(backend, site)
