"""What a machine offers to a plan: the facts that a declaration does not say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

Privilege = Literal["self", "userns", "setpriv"]

LOOPBACK = "127.0.0.1"

#: A change of user clears the signal of :func:`scalewright.local.launch.die_with_parent`, so setpriv sets it again.
#: How a server that refuses root is started; by what :func:`scalewright.local.privilege.privilege` found.
UNPRIVILEGED: Mapping[Privilege, tuple[str, ...]] = {
    "self": (),
    "userns": ("unshare", "--user", "--map-user=65534", "--map-group=65534"),
    "setpriv": ("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "--pdeathsig=INT"),
}


@dataclass(frozen=True)
class Site:
    """The inputs of a plan beside the declaration.

    Ports are by name, programs by name as absolute paths (for PostgreSQL the folder of its programs), `sources` are
    digests of code by the name of what was digested, `replicas` is how many run of each noun.
    """

    project: Path
    state: Path
    python: str
    ports: Mapping[str, int]
    programs: Mapping[str, str]
    sources: Mapping[str, str]
    replicas: Mapping[str, int]
    privilege: Privilege = "self"

    def secret(self, name: str) -> str:
        """Return the path of the file that holds a secret."""
        return str(self.state / "secrets" / name)

    def data(self, name: str) -> str:
        """Return the path of a process's data folder."""
        return str(self.state / "data" / name)

    def heartbeat(self, name: str) -> str:
        """Return the path of the file that a process without a port touches."""
        return str(self.state / "run" / f"{name}.heartbeat")

    @property
    def unprivileged(self) -> tuple[str, ...]:
        """The command that goes before a server which refuses to run as root."""
        return UNPRIVILEGED[self.privilege]
