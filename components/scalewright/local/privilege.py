"""How a server that refuses root is run by root."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

from scalewright.local.errors import PlatformError
from scalewright.local.site import UNPRIVILEGED

if TYPE_CHECKING:
    from scalewright.local.site import Privilege
    from scalewright.local.state import State


def privilege() -> Privilege:
    """Return how PostgreSQL can be started here: it refuses to run as root.

    A user namespace in which root is nobody needs neither a change of ownership nor a folder that others may enter;
    where the kernel forbids it, the server becomes nobody for real.
    """
    if os.geteuid() != 0:
        return "self"
    return "userns" if _works((*UNPRIVILEGED["userns"], "true")) else "setpriv"


def open_to_nobody(state: State, binaries: str) -> None:
    """Let nobody enter the folders on the way to its data; raises PlatformError where that is not enough."""
    for folder in (state.folder.parent, state.folder, state / "data"):
        folder.chmod(0o711)
    for what, command in (
        (state / "data", ("test", "-x", str(state / "data"))),
        (binaries, (f"{binaries}/postgres", "--version")),
    ):
        # The shell between: root's rights, which setpriv still has when it starts a program, are lost only then.
        if not _works((*UNPRIVILEGED["setpriv"], "sh", "-c", 'exec "$@"', "sh", *command)):
            raise PlatformError(
                "PostgreSQL refuses to run as root, this machine forbids user namespaces, and nobody may not use "
                f"{what}. Run as an ordinary user, or move the project to a folder that others may enter"
            )


def _works(command: tuple[str, ...]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, timeout=10, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False
