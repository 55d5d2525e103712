"""The ports: the gateway's declared one, and the inner ones that were chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright.local import ports
from scalewright.local.doctor.finding import note, ok, trouble
from scalewright.local.errors import PlatformError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from scalewright.local.doctor.finding import Finding


def look(declared: int | None, saved: Mapping[str, int], held: Collection[int]) -> Iterator[Finding]:
    """Tell which ports are free; `held` are those on which processes of this environment listen."""
    if declared is not None:
        yield _gateway(declared, ours=declared in held)
    taken = {name: port for name, port in saved.items() if port not in held and not ports.is_free(port)}
    if taken:
        seen = ", ".join(
            f"{port} of {name} by {ports.holder(port) or 'another process'}" for name, port in taken.items()
        )
        yield note("inner ports", f"taken meanwhile: {seen}", "the next `scalewright up` chooses others")
    elif saved:
        yield ok("inner ports", f"{len(saved)} chosen, from {min(saved.values())} to {max(saved.values())}")
    else:
        yield ok("inner ports", f"chosen from {ports.RANGE.start} to {ports.RANGE.stop - 1} at the first up")


def _gateway(port: int, *, ours: bool) -> Finding:
    if ours:
        return ok("gateway port", f"{port}, the gateway listens on it")
    try:
        ports.require_free(port, "gateway.port")
    except PlatformError as error:
        holder = ports.holder(port)
        pid = (holder or "").partition("pid ")[2].rstrip(")")
        another = "scalewright up  # after gateway.port was changed in the overlay"
        return trouble("gateway port", str(error), None, f"kill {pid}" if pid else another)
    return ok("gateway port", f"{port}, free")
