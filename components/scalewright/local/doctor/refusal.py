"""Why PostgreSQL refuses a connection: https://www.postgresql.org/docs/current/errcodes-appendix.html."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalewright.local.doctor.finding import go_on, trouble

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scalewright.local.doctor.finding import Finding
    from scalewright.local.running import Condition


def judge(server: str, condition: Condition, message: str, *, frozen: Sequence[int]) -> Finding:
    """Judge the message of a refused connection; every one of them is a trouble."""
    said = next((line.strip() for line in reversed(message.splitlines()) if line.strip()), "no answer")
    seen = f"refuses connections: {said.rpartition('FATAL:')[2].strip()}"
    raised = "scalewright up  # after raising postgres.max_connections in the overlay"
    up, logs = "scalewright up", f"scalewright logs {server}"
    if condition != "running":
        return trouble(server, seen, f"its process is {condition}", logs if condition == "restarting" else up)
    if frozen:
        return trouble(server, seen, "its process is frozen", go_on(frozen))
    for text, cause, remedy in (
        (
            "authentication failed",
            "the secret in the state folder is not the password that the server knows; a restart gives it that",
            f"scalewright down && {up}",
        ),
        ("too many clients", "every connection is in use, those kept for administration too", raised),
        ("connection slots", "too many connections: only those kept for administration are left", raised),
        ("starting up", "it replays its log after a crash; ask again in a moment", logs),
        ("not yet accepting", "it replays its log after a crash; ask again in a moment", logs),
        ("in recovery mode", "one of its processes was killed, so it starts all of them anew", logs),
        ("shutting down", "it is being stopped", up),
        ("does not exist", "the database or its owner was dropped", "scalewright restore --help"),
        ("refused", "nobody listens on its port", logs),
        ("timeout", "it takes connections and does not answer: it hangs, or the machine is overloaded", logs),
        ("timed out", "it takes connections and does not answer: it hangs, or the machine is overloaded", logs),
    ):
        if text in message:
            return trouble(server, seen, cause, remedy)
    return trouble(server, seen, None, logs)
