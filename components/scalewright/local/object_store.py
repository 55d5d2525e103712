"""The object store as a process: an S3 endpoint by rclone over a folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright.local.site import LOOPBACK
from scalewright.plan.records import PortHealth, Process, SecretValue

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scalewright.declaration import Backend
    from scalewright.local.site import Site

NAME = "object-store"


def ports(backend: Backend) -> tuple[str, ...]:
    """Return the names of the ports that the object store needs."""
    return (NAME,) if backend.object_store else ()


def environment(site: Site) -> dict[str, str]:
    """Return the variables by which an application finds the object store."""
    return {
        "OBJECT_STORE_URL": f"http://{LOOPBACK}:{site.ports[NAME]}",
        "OBJECT_STORE_ACCESS_KEY_FILE": site.secret("object-store-access-key"),
        "OBJECT_STORE_SECRET_KEY_FILE": site.secret("object-store-secret-key"),
    }


def processes(backend: Backend, site: Site) -> Iterator[Process]:
    """Yield the server, with a folder for each bucket."""
    if backend.object_store is None:
        return
    data = site.data(NAME)
    yield Process(
        name=NAME,
        noun="object_store",
        command=(
            *(site.programs["rclone"], "serve", "s3", data, "--addr", f"{LOOPBACK}:{site.ports[NAME]}"),
            *("--config", "", "--vfs-cache-mode", "writes", "--cache-dir", site.data(f"{NAME}-cache")),
        ),
        # Flags of rclone can be set by environment, where other users of the machine do not see them.
        environment={"RCLONE_AUTH_KEY": SecretValue(secret="object-store-auth")},  # noqa: S106
        directory=str(site.state),
        port=site.ports[NAME],
        health=PortHealth(port=site.ports[NAME]),
        prepare=("mkdir", "-p", *(f"{data}/{bucket}" for bucket in backend.object_store.buckets)),
    )
